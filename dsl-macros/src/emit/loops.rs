//! Element-wise loops and folds: one nest over literal sizes, operands as slices of the innermost row.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::identifiers::identifier;
use super::scope::Scope;
use super::{literal, number};
use crate::graph::Kind;
use crate::names::Names;
use crate::ops::elementwise::Elementwise;
use crate::ops::{Fold, Lowering, Op};
use crate::schedule::plan::{FoldLoop, Loop, Operand, Scalar, Size, Source, Statement};
use crate::schedule::view::View;

/// Sums this long are kept in lanes, which a processor adds in parallel.
const LANES: usize = 16;

/// One axis of a nest: its size and the stride of every accessor along it.
#[derive(Clone, Debug)]
struct Axis {
    size: Size,
    strides: Vec<usize>,
    /// Whether a fold runs along it.
    folded: bool,
}

/// Something indexed by the position of the nest.
struct Accessor {
    offset: usize,
    kind: Access,
}

enum Access {
    Read(Source),
    Write(Source),
    /// The class coordinate of a one-hot row: no memory, only a number.
    Class(View),
}

/// A nest ready to be written.
struct Nest<'s, 'a> {
    scope: &'s Scope<'a>,
    axes: Vec<Axis>,
    accessors: Vec<Accessor>,
    variables: Vec<Ident>,
    names: Names,
}

/// How an accessor is written in the innermost loop.
enum Form {
    /// `name[j]`
    Row(Ident),
    /// A value that does not change along the innermost axis.
    Fixed(TokenStream),
    /// `source[offset + j * stride]`, or the number itself for a class.
    Any(TokenStream),
}

pub fn emit_loop(nest: &Loop, scope: &Scope<'_>) -> TokenStream {
    let mut views: Vec<(View, Option<usize>)> = nest.operands.iter().map(geometry).collect();
    let mut kinds: Vec<Access> = nest
        .operands
        .iter()
        .map(|operand| Access::Read(operand.source))
        .collect();
    let mut classes = Vec::new();
    for statement in &nest.statements {
        collect_classes(&statement.value, &mut classes);
    }
    for class in &classes {
        views.push((class.clone(), None));
        kinds.push(Access::Class(class.clone()));
    }
    let first_store = views.len();
    for store in nest
        .statements
        .iter()
        .filter_map(|statement| statement.store.as_ref())
    {
        views.push(geometry(store));
        kinds.push(Access::Write(store.source));
    }
    let nest_of = Nest::new(scope, nest.kind, &nest.shape.0, &[], views, kinds);
    let (setup, forms) = nest_of.inner();
    let mut names = nest_of.names.clone();
    let mut locals: Vec<TokenStream> = Vec::new();
    let mut body: Vec<TokenStream> = Vec::new();
    let mut stores = first_store;
    let single = nest.statements.len() == 1;
    for statement in &nest.statements {
        let value = nest_of.scalar(&statement.value, &forms, &locals);
        let Statement { name, store, .. } = statement;
        if single {
            let place = nest_of.place(&forms[stores]);
            body.push(match nest_of.updated(&statement.value, &forms, stores) {
                Some((sign, by)) => quote!(#place #sign #by;),
                None => quote!(#place = #value;),
            });
            break;
        }
        let local = identifier(&names.fresh(&format!("{name}_element")));
        body.push(quote!(let #local = #value;));
        if store.is_some() {
            let place = nest_of.place(&forms[stores]);
            body.push(quote!(#place = #local;));
            stores += 1;
        }
        locals.push(quote!(#local));
    }
    nest_of.wrap(setup, quote!(#(#body)*))
}

pub fn emit_fold(fold: &FoldLoop, scope: &Scope<'_>) -> TokenStream {
    let mut views: Vec<(View, Option<usize>)> = fold.operands.iter().map(geometry).collect();
    let mut kinds: Vec<Access> = fold
        .operands
        .iter()
        .map(|operand| Access::Read(operand.source))
        .collect();
    let mut classes = Vec::new();
    collect_classes(&fold.value, &mut classes);
    for class in &classes {
        views.push((class.clone(), None));
        kinds.push(Access::Class(class.clone()));
    }
    // The result seen from the whole space: it does not move along the folded axes.
    let kept: Vec<usize> = (0..fold.shape.rank())
        .filter(|axis| !fold.axes.contains(axis))
        .collect();
    views.push((
        fold.result.view.broadcast(&fold.shape, &kept),
        fold.result.per_example,
    ));
    kinds.push(Access::Write(fold.result.source));
    let result = views.len() - 1;
    let mut nest = Nest::new(scope, fold.kind, &fold.shape.0, &fold.axes, views, kinds);
    let (start, accumulator) = match fold.by {
        Fold::Sum => (quote!(T::ZERO), identifier("sum")),
        Fold::Max => (quote!(T::NEG_INFINITY), identifier("largest")),
    };
    let combine = |into: TokenStream, value: TokenStream| match fold.by {
        Fold::Sum => quote!(#into += #value;),
        Fold::Max => quote!(#into = T::max(#into, #value);),
    };
    let inner_folded = nest.axes.last().is_none_or(|axis| axis.folded);
    if !inner_folded {
        // Rows of results, each element folded by the loops around it.
        let last = nest.axes.pop().expect("it is kept");
        let outer = nest.axes.len();
        nest.axes.sort_by_key(|axis| axis.folded);
        nest.axes.push(last);
        let kept = nest.axes[..outer].iter().filter(|axis| !axis.folded).count();
        let (setup, forms) = nest.inner();
        let value = nest.scalar(&fold.value, &forms, &[]);
        let place = nest.place(&forms[result]);
        let body = combine(place, value);
        let inner = nest.loops(kept..outer, nest.innermost(setup, body));
        let row = nest.row_of(result, kept);
        return nest.loops(0..kept, quote!(#row.fill(#start); #inner));
    }
    nest.axes.sort_by_key(|axis| axis.folded);
    let kept = nest.axes.iter().filter(|axis| !axis.folded).count();
    let place = nest.element(result, kept);
    if nest.axes.len() == kept {
        // Every folded axis has size 1.
        let (setup, forms) = nest.inner();
        let value = nest.scalar(&fold.value, &forms, &[]);
        let place = nest.place(&forms[result]);
        return nest.wrap(setup, quote!(#place = #value;));
    }
    let (setup, forms) = nest.inner();
    let value = nest.scalar(&fold.value, &forms, &[]);
    let outer = nest.axes.len() - 1;
    let inner_size = nest.axes[outer].size;
    if fold.by == Fold::Sum && !inner_size.examples && inner_size.times >= 2 * LANES {
        let variable = &nest.variables[outer];
        let lanes = literal(LANES);
        let (whole, all) = (
            literal(inner_size.times / LANES * LANES),
            literal(inner_size.times),
        );
        let tail = (!inner_size.times.is_multiple_of(LANES)).then(|| {
            quote! { for #variable in #whole..#all { lanes[#variable % #lanes] += #value; } }
        });
        let inner = quote! {
            #setup
            for start in (0..#whole).step_by(#lanes) {
                for lane in 0..#lanes {
                    let #variable = start + lane;
                    lanes[lane] += #value;
                }
            }
            #tail
        };
        let inner = nest.loops(kept..outer, inner);
        let lanes = literal(LANES);
        return nest.loops(
            0..kept,
            quote! { let mut lanes = [T::ZERO; #lanes]; #inner #place = sum(&lanes); },
        );
    }
    let body = match nest.where_counted(fold, &forms) {
        // Adding 0 where a mask is off is doing nothing there.
        Some((condition, value)) => quote!(if #condition { #accumulator += #value; }),
        None => combine(quote!(#accumulator), value),
    };
    let inner = nest.loops(kept..outer, nest.innermost(setup, body));
    nest.loops(
        0..kept,
        quote! { let mut #accumulator = #start; #inner #place = #accumulator; },
    )
}

fn geometry(operand: &Operand) -> (View, Option<usize>) {
    (operand.view.clone(), operand.per_example)
}

fn collect_classes(value: &Scalar, classes: &mut Vec<View>) {
    match value {
        Scalar::OneHot { class, .. } if !classes.contains(class) => classes.push(class.clone()),
        Scalar::Apply { args, .. } => args.iter().for_each(|arg| collect_classes(arg, classes)),
        _ => {}
    }
}

impl<'s, 'a> Nest<'s, 'a> {
    fn new(
        scope: &'s Scope<'a>,
        kind: Kind,
        shape: &[usize],
        folded: &[usize],
        views: Vec<(View, Option<usize>)>,
        kinds: Vec<Access>,
    ) -> Nest<'s, 'a> {
        let mut axes: Vec<Axis> = Vec::new();
        if kind == Kind::PerExample {
            let strides = views
                .iter()
                .map(|(_, per_example)| per_example.unwrap_or(0))
                .collect();
            axes.push(Axis {
                size: Size::examples(),
                strides,
                folded: false,
            });
        }
        for (place, &size) in shape.iter().enumerate() {
            if size == 1 {
                continue;
            }
            let strides: Vec<usize> = views.iter().map(|(view, _)| view.strides[place]).collect();
            let folded = folded.contains(&place);
            let follows = |last: &Axis| {
                last.folded == folded
                    && last
                        .strides
                        .iter()
                        .zip(&strides)
                        .all(|(outer, inner)| *outer == size * inner)
            };
            match axes.last_mut() {
                Some(last) if follows(last) => {
                    last.size.times *= size;
                    last.strides = strides;
                }
                _ => axes.push(Axis {
                    size: Size::literal(size),
                    strides,
                    folded,
                }),
            }
        }
        let mut names = scope.names.clone();
        let words = ["i", "j", "k", "l", "m", "n"];
        let mut next = words.iter();
        let variables = axes
            .iter()
            .map(|axis| {
                let word = if axis.size == Size::examples() {
                    "b"
                } else {
                    next.next().unwrap_or(&"i")
                };
                identifier(&names.fresh(word))
            })
            .collect();
        let accessors = views
            .iter()
            .zip(kinds)
            .map(|((view, _), kind)| Accessor {
                offset: view.offset,
                kind,
            })
            .collect();
        Nest {
            scope,
            axes,
            accessors,
            variables,
            names,
        }
    }

    fn count(&self, axis: usize) -> TokenStream {
        let Size { examples, times } = self.axes[axis].size;
        let literal = literal(times);
        match (examples, times) {
            (true, 1) => quote!(examples),
            (true, _) => quote!(examples * #literal),
            (false, _) => quote!(#literal),
        }
    }

    /// `b * 128 + i * 4 + 3`, over the given axes; `None` for 0.
    fn offset(&self, accessor: usize, axes: std::ops::Range<usize>) -> Option<TokenStream> {
        let mut terms: Vec<TokenStream> = Vec::new();
        for axis in axes {
            let variable = &self.variables[axis];
            match self.axes[axis].strides[accessor] {
                0 => {}
                1 => terms.push(quote!(#variable)),
                stride => {
                    let stride = literal(stride);
                    terms.push(quote!(#variable * #stride));
                }
            }
        }
        if self.accessors[accessor].offset != 0 {
            let offset = literal(self.accessors[accessor].offset);
            terms.push(quote!(#offset));
        }
        (!terms.is_empty()).then(|| quote!(#(#terms)+*))
    }

    fn source(&self, accessor: usize) -> (Source, bool) {
        match self.accessors[accessor].kind {
            Access::Read(source) => (source, false),
            Access::Write(source) => (source, true),
            Access::Class(_) => unreachable!("a class is no memory"),
        }
    }

    /// What a read of a value means whose slot a store of this nest overwrites in place.
    fn overwritten_by(&self, accessor: usize) -> Option<usize> {
        let slot_of = |source: Source| match source {
            Source::Value(value) => Some(self.scope.plan.values[value].slot),
            _ => None,
        };
        let Access::Read(source) = self.accessors[accessor].kind else {
            return None;
        };
        let slot = slot_of(source)?;
        (0..self.accessors.len()).find(|&other| match self.accessors[other].kind {
            Access::Write(written) => written != source && slot_of(written) == Some(slot),
            _ => false,
        })
    }

    /// Slices and fixed values for the innermost loop, and how each accessor is written in it.
    fn inner(&self) -> (TokenStream, Vec<Form>) {
        let depth = self.axes.len().saturating_sub(1);
        let mut setup: Vec<TokenStream> = Vec::new();
        let mut names = self.names.clone();
        let mut forms: Vec<Form> = Vec::new();
        // Stores first: reads in place go through them.
        let mut order: Vec<usize> = (0..self.accessors.len()).collect();
        order.sort_by_key(|&accessor| !matches!(self.accessors[accessor].kind, Access::Write(_)));
        let mut made: Vec<Option<Form>> = (0..self.accessors.len()).map(|_| None).collect();
        for accessor in order {
            let stride = self.axes.last().map_or(0, |axis| axis.strides[accessor]);
            let variable = self.variables.last();
            if let Access::Class(_) = self.accessors[accessor].kind {
                let at = self
                    .offset(accessor, 0..self.axes.len())
                    .unwrap_or_else(|| quote!(0));
                made[accessor] = Some(Form::Any(at));
                continue;
            }
            let (source, write) = self.source(accessor);
            if self.overwritten_by(accessor).is_some() {
                continue;
            }
            let slice = self.scope.slice(source);
            let base = self.offset(accessor, 0..depth);
            made[accessor] = Some(if self.scope.is_number(source) {
                Form::Fixed(slice)
            } else if self.axes.is_empty() {
                let at = base.unwrap_or_else(|| quote!(0));
                Form::Any(index(&slice, at))
            } else if stride == 0 && !write {
                let at = base.unwrap_or_else(|| quote!(0));
                let name = self.window_name(&mut names, source);
                let value = index(&slice, at);
                setup.push(quote!(let #name = #value;));
                Form::Fixed(quote!(#name))
            } else if stride == 1 {
                let count = self.count(depth);
                let name = self.window_name(&mut names, source);
                let borrow = if write { quote!(&mut) } else { quote!(&) };
                let slice = if let Source::Parameter(parameter) = source {
                    let range = self.scope.layout.constant(parameter);
                    quote!(parameters[layout::#range])
                } else {
                    slice
                };
                let row = match base {
                    Some(base) => quote!(#borrow #slice[#base..][..#count]),
                    None => quote!(#borrow #slice[..#count]),
                };
                setup.push(quote!(let #name = #row;));
                Form::Row(name)
            } else {
                let stride = literal(stride);
                let at = match base {
                    Some(base) => quote!(#base + #variable * #stride),
                    None => quote!(#variable * #stride),
                };
                Form::Any(index(&slice, at))
            });
        }
        for accessor in 0..made.len() {
            let form = match made[accessor].take() {
                Some(form) => form,
                None => {
                    let store = self
                        .overwritten_by(accessor)
                        .expect("every other accessor has a form");
                    match &forms.get(store).or(made.get(store).and_then(Option::as_ref)) {
                        Some(Form::Row(name)) => Form::Row(name.clone()),
                        Some(Form::Any(place)) => Form::Any(place.clone()),
                        _ => unreachable!("a store is a row or a place"),
                    }
                }
            };
            forms.push(form);
        }
        (quote!(#(#setup)*), forms)
    }

    /// The source's own name, shadowed in the loop; names of their own if there are several windows on it.
    fn window_name(&self, names: &mut Names, source: Source) -> Ident {
        let own = self.scope.ident_of(source);
        let on_it = |accessor: &&Accessor| match accessor.kind {
            Access::Read(other) | Access::Write(other) => other == source,
            Access::Class(_) => false,
        };
        match self.accessors.iter().filter(on_it).count() {
            0 | 1 => own,
            _ => identifier(&names.fresh(&own.to_string())),
        }
    }

    fn read(&self, form: &Form) -> TokenStream {
        match form {
            Form::Row(name) => {
                let variable = self.variables.last();
                quote!(#name[#variable])
            }
            Form::Fixed(value) | Form::Any(value) => value.clone(),
        }
    }

    fn place(&self, form: &Form) -> TokenStream {
        self.read(form)
    }

    /// The expression of an element.
    fn scalar(&self, value: &Scalar, forms: &[Form], locals: &[TokenStream]) -> TokenStream {
        match value {
            Scalar::Load(operand) => self.read(&forms[*operand]),
            Scalar::Local(statement) => locals[*statement].clone(),
            Scalar::Constant(0.0) => quote!(T::ZERO),
            Scalar::Constant(1.0) => quote!(T::ONE),
            Scalar::Constant(value) => {
                let value = number(*value);
                quote!(T::literal(#value))
            }
            Scalar::BatchSize => quote!(batch_size),
            Scalar::OneHot { .. } => {
                let condition = self.condition(value, forms, locals).expect("a comparison");
                quote!(if #condition { T::ONE } else { T::ZERO })
            }
            Scalar::Apply {
                op: Op::Elementwise(Elementwise::Select),
                args,
            } => {
                let parts: Vec<TokenStream> = args[1..]
                    .iter()
                    .map(|arg| self.scalar(arg, forms, locals))
                    .collect();
                let (then, otherwise) = (&parts[0], &parts[1]);
                let condition = self.condition(&args[0], forms, locals).unwrap_or_else(|| {
                    let mask = self.scalar(&args[0], forms, locals);
                    quote!(#mask != T::ZERO)
                });
                quote!(if #condition { #then } else { #otherwise })
            }
            Scalar::Apply { op, args } => {
                let args: Vec<TokenStream> = args.iter().map(|arg| self.scalar(arg, forms, locals)).collect();
                match op.rules().lower(&[]) {
                    Lowering::Scalar(emit) => emit(&args),
                    _ => unreachable!("loops hold element-wise operators"),
                }
            }
        }
    }

    /// Of a value that goes where its first operand was, `x + y` over `x`, the assignment `+=` and `y`.
    fn updated(&self, value: &Scalar, forms: &[Form], store: usize) -> Option<(TokenStream, TokenStream)> {
        let Scalar::Apply {
            op: Op::Elementwise(op),
            args,
        } = value
        else {
            return None;
        };
        let sign = match op {
            Elementwise::Add => quote!(+=),
            Elementwise::Sub => quote!(-=),
            Elementwise::Mul => quote!(*=),
            Elementwise::Div => quote!(/=),
            _ => return None,
        };
        match args[0] {
            Scalar::Load(operand) if self.overwritten_by(operand) == Some(store) => {
                Some((sign, self.scalar(&args[1], forms, &[])))
            }
            _ => None,
        }
    }

    /// Of a sum over `select(mask, x, 0)` the condition and `x`.
    fn where_counted(&self, fold: &FoldLoop, forms: &[Form]) -> Option<(TokenStream, TokenStream)> {
        match &fold.value {
            Scalar::Apply {
                op: Op::Elementwise(Elementwise::Select),
                args,
            } if fold.by == Fold::Sum && matches!(args[2], Scalar::Constant(0.0)) => {
                let condition = self.condition(&args[0], forms, &[])?;
                Some((condition, self.scalar(&args[1], forms, &[])))
            }
            _ => None,
        }
    }

    /// A mask as a condition, where it is a comparison.
    fn condition(&self, mask: &Scalar, forms: &[Form], locals: &[TokenStream]) -> Option<TokenStream> {
        match mask {
            Scalar::OneHot { operand, class } => {
                let index = self.read(&forms[*operand]);
                let accessor = self.accessors.iter().position(|accessor| match &accessor.kind {
                    Access::Class(view) => view == class,
                    _ => false,
                });
                let class = self.read(&forms[accessor.expect("every class has an accessor")]);
                Some(quote!(#index as usize == #class))
            }
            Scalar::Apply {
                op: Op::Elementwise(op),
                args,
            } => {
                let sign = match op {
                    Elementwise::Greater => quote!(>),
                    Elementwise::GreaterEqual => quote!(>=),
                    Elementwise::Equal => quote!(==),
                    _ => return None,
                };
                let sides: Vec<TokenStream> =
                    args.iter().map(|arg| self.scalar(arg, forms, locals)).collect();
                let (a, b) = (&sides[0], &sides[1]);
                Some(quote!(#a #sign #b))
            }
            _ => None,
        }
    }

    fn innermost(&self, setup: TokenStream, body: TokenStream) -> TokenStream {
        match self.axes.len().checked_sub(1) {
            Some(last) => {
                let (variable, count) = (&self.variables[last], self.count(last));
                quote!(#setup for #variable in 0..#count { #body })
            }
            None => quote!(#setup #body),
        }
    }

    fn loops(&self, axes: std::ops::Range<usize>, body: TokenStream) -> TokenStream {
        axes.rev().fold(body, |body, axis| {
            let (variable, count) = (&self.variables[axis], self.count(axis));
            quote!(for #variable in 0..#count { #body })
        })
    }

    fn wrap(&self, setup: TokenStream, body: TokenStream) -> TokenStream {
        self.loops(0..self.axes.len().saturating_sub(1), self.innermost(setup, body))
    }

    /// The row of a store below the first `depth` loops.
    fn row_of(&self, accessor: usize, depth: usize) -> TokenStream {
        let (source, _) = self.source(accessor);
        let ident = self.scope.ident_of(source);
        let count = self.count(self.axes.len() - 1);
        match self.offset(accessor, 0..depth) {
            Some(base) => quote!(#ident[#base..][..#count]),
            None => quote!(#ident[..#count]),
        }
    }

    /// The place of a store below the first `depth` loops.
    fn element(&self, accessor: usize, depth: usize) -> TokenStream {
        let (source, _) = self.source(accessor);
        let ident = self.scope.ident_of(source);
        let at = self.offset(accessor, 0..depth).unwrap_or_else(|| quote!(0));
        quote!(#ident[#at])
    }
}

/// `slice[at]`, without a borrow in front.
fn index(slice: &TokenStream, at: TokenStream) -> TokenStream {
    let mut tokens = slice.clone().into_iter().peekable();
    if matches!(tokens.peek(), Some(proc_macro2::TokenTree::Punct(punct)) if punct.as_char() == '&') {
        tokens.next();
    }
    let slice: TokenStream = tokens.collect();
    quote!(#slice[#at])
}
