//! The two sweeps of automatic differentiation over a graph, with every multiplication and addition counted.

/// How a value is made of earlier ones.
#[derive(Clone, Copy)]
pub enum Node {
    Input,
    Sum(usize, usize),
    Product(usize, usize),
    Sine(usize),
}

/// A computation: each value is made of earlier ones, and some are the outputs.
pub struct Graph {
    pub nodes: Vec<Node>,
    pub outputs: Vec<usize>,
}

/// A Jacobian, a row for each output, and the number of operations it took beyond those of the values.
pub struct Counted {
    pub jacobian: Vec<Vec<f64>>,
    pub operations: usize,
}

impl Graph {
    /// So many inputs, as many values of all kinds between, and the last values as outputs.
    pub fn woven(inputs: usize, between: usize, outputs: usize) -> Graph {
        let mut nodes = vec![Node::Input; inputs];
        for number in 0..between {
            let last = nodes.len() - 1;
            // Some value before, another for each.
            let other = number * 7 % (last + 1);
            nodes.push(match number % 3 {
                0 => Node::Product(last, other),
                1 => Node::Sum(last, other),
                _ => Node::Sine(last),
            });
        }
        let outputs = (nodes.len() - outputs..nodes.len()).collect();
        Graph { nodes, outputs }
    }

    /// The number of inputs.
    fn inputs(&self) -> usize {
        let is_input = |node: &&Node| matches!(node, Node::Input);
        self.nodes.iter().filter(is_input).count()
    }

    /// All values, the inputs first.
    fn values(&self, inputs: &[f64]) -> Vec<f64> {
        let mut values = Vec::with_capacity(self.nodes.len());
        for (place, node) in self.nodes.iter().enumerate() {
            values.push(match *node {
                Node::Input => inputs[place],
                Node::Sum(a, b) => values[a] + values[b],
                Node::Product(a, b) => values[a] * values[b],
                Node::Sine(a) => f64::sin(values[a]),
            });
        }
        values
    }

    /// The edges into a value: what it is made of, and its derivative by that.
    fn edges(&self, place: usize, values: &[f64]) -> Vec<(usize, f64)> {
        match self.nodes[place] {
            Node::Input => vec![],
            Node::Sum(a, b) => vec![(a, 1.0), (b, 1.0)],
            Node::Product(a, b) => vec![(a, values[b]), (b, values[a])],
            Node::Sine(a) => vec![(a, values[a].cos())],
        }
    }

    /// Forward mode: a sweep for each input carries the derivatives of all values by that input.
    pub fn forward(&self, inputs: &[f64]) -> Counted {
        let values = self.values(inputs);
        let mut jacobian = vec![vec![0.0; self.inputs()]; self.outputs.len()];
        let mut operations = 0;
        for column in 0..self.inputs() {
            let mut tangents = vec![0.0; values.len()];
            tangents[column] = 1.0;
            for place in self.inputs()..values.len() {
                for (from, slope) in self.edges(place, &values) {
                    tangents[place] += slope * tangents[from];
                    operations += 2;
                }
            }
            for (row, &output) in jacobian.iter_mut().zip(&self.outputs) {
                row[column] = tangents[output];
            }
        }
        Counted { jacobian, operations }
    }

    /// Reverse mode: a sweep for each output carries its derivatives by all values.
    pub fn reverse(&self, inputs: &[f64]) -> Counted {
        let values = self.values(inputs);
        let mut jacobian = Vec::new();
        let mut operations = 0;
        for &output in &self.outputs {
            let mut adjoints = vec![0.0; values.len()];
            adjoints[output] = 1.0;
            for place in (self.inputs()..values.len()).rev() {
                for (from, slope) in self.edges(place, &values) {
                    adjoints[from] += slope * adjoints[place];
                    operations += 2;
                }
            }
            adjoints.truncate(self.inputs());
            jacobian.push(adjoints);
        }
        Counted { jacobian, operations }
    }
}
