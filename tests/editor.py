"""Hover and go-to-definition in a crate that declares a network: `editor.py CRATE REPOSITORY`, run by `editor.sh`.

What is spoken is the Language Server Protocol: messages in JSON behind a header with their length.
"""

import json
import pathlib
import queue
import subprocess
import sys
import threading

# A line of the program up to the word, the word, what hover says of it, and the file that it is defined in.
WORDS = [
    ("image.", "dense", "pub const fn dense", "dsl-runtime/src/words/layers.rs"),
    ("dense(128).", "relu", "pub const fn relu", "dsl-runtime/src/words/activations.rs"),
    ("self.logits(image).", "softmax_cross_entropy", "softmax(scores)", "dsl-runtime/src/words/losses.rs"),
    ("image: ", "Tensor", "Numbers in a grid", "dsl-runtime/src/words/types.rs"),
    ("digit: ", "Index", "pub enum Index", "dsl-runtime/src/words/types.rs"),
    ("pub struct ", "Mlp", "pub struct Mlp", "src/main.rs"),
    ("pub fn ", "logits", "impl<T> Mlp<T>", "src/main.rs"),
    ("model.", "train_step", "pub trait Train", "dsl-runtime/src/step.rs"),
]

# Seconds that loading the crate, with all that it depends on, may take.
PATIENCE = 600


class Server:
    def __init__(self, folder):
        self.process = subprocess.Popen(
            ["rust-analyzer"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
        )
        self.asked = 0
        self.messages = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        while line := self.process.stdout.readline():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
            elif not line.strip():
                self.messages.put(json.loads(self.process.stdout.read(length)))

    def tell(self, **message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def until(self, wanted):
        """The next message for which `wanted` holds; what the server asks meanwhile is answered by nothing."""
        while True:
            message = self.messages.get(timeout=PATIENCE)
            if wanted(message):
                return message
            if "id" in message and "method" in message:
                self.tell(id=message["id"], result=None)

    def ask(self, method, params):
        self.asked += 1
        number = self.asked
        self.tell(id=number, method=method, params=params)
        answer = self.until(lambda message: message.get("id") == number and "method" not in message)
        return answer["result"]


def position(text, before, word):
    """The place of a word behind some letters: line and column from 0."""
    for number, line in enumerate(text.splitlines()):
        at = line.find(before + word)
        if at >= 0:
            return {"line": number, "character": at + len(before)}
    raise LookupError(f"the program has no {before}{word}")


def main(crate, repository):
    path = crate / "src/main.rs"
    document, text = {"uri": path.as_uri()}, path.read_text()
    server = Server(crate)
    can = {"experimental": {"serverStatusNotification": True}, "textDocument": {"hover": {"contentFormat": ["markdown"]}}}
    server.ask(
        "initialize",
        {
            "processId": None,
            "rootUri": crate.as_uri(),
            "capabilities": can,
            "initializationOptions": {"checkOnSave": False},
        },
    )
    server.tell(method="initialized", params={})
    opened = {**document, "languageId": "rust", "version": 1, "text": text}
    server.tell(method="textDocument/didOpen", params={"textDocument": opened})
    is_status = lambda message: message.get("method") == "experimental/serverStatus"
    server.until(lambda message: is_status(message) and message["params"]["quiescent"])
    faults = []
    for before, word, shown, file in WORDS:
        place = {"textDocument": document, "position": position(text, before, word)}
        hover = server.ask("textDocument/hover", place)
        if shown not in (hover or {}).get("contents", {}).get("value", ""):
            faults.append(f"hover on `{word}` does not say `{shown}`: {hover}")
        found = {definition["uri"] for definition in server.ask("textDocument/definition", place) or []}
        root = crate if file.startswith("src/") else repository
        if found != {(root / file).as_uri()}:
            faults.append(f"`{word}` is defined in {file}, not in {found}")
    server.process.kill()
    if faults:
        sys.exit("\n".join(faults))
    print(f"{len(WORDS)} words have what an editor asks of them")


main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
