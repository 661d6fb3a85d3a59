//! Integers: one-hot rows, gathered rows, embeddings, losses by class.

use super::network_case;

network_case! { tokens: Tokens { loss(indices indices) + loss_and_grad embedded(indices) }
    pub struct Tokens;

    pub fn embedded(&self, tokens: Index<7, 5>) -> (Tensor<5, 3>, Tensor<5, 7>) {
        (tokens.embedding(3), tokens.one_hot())
    }

    pub fn loss(&self, tokens: Index<7, 5>, next: Index<7, 5>) -> Scalar {
        let (x, hot) = self.embedded(tokens);
        x.tanh().dense(7).softmax_cross_entropy(next) + (hot.t().matmul(x)).l2()
    }
}

// Twenty examples: tokens of two blocks meet in the rows of one table.
network_case! { 20; classes: Classes { loss(reals indices) + loss_and_grad margins(reals indices) + margins_and_grad }
    pub struct Classes;

    pub fn loss(&self, x: Tensor<4>, class: Index<3>) -> Scalar {
        let table = param([3, 4], constant(1.0));
        (x - table.gather(class)).l2() + x.dense(3).softmax().cross_entropy(class) + class.number() * x.sum()
    }

    pub fn margins(&self, x: Tensor<4>, class: Index<3>) -> (Scalar, Tensor<5>, Tensor<4>) {
        let table = param([4, 2, 2], constant(1.0));
        (x.dense(3).hinge(class) + (table.gather(class).flatten() * x).sum(), class.one_hot(5), x + class.number())
    }
}

network_case! { two_classes: TwoClasses { loss(reals indices) + loss_and_grad }
    pub struct TwoClasses;

    pub fn loss(&self, x: Tensor<4>, class: Index<2>) -> Scalar {
        x.dense(1).at(0).binary_cross_entropy_with_logits(class) + x.dense(1).at(0).sigmoid().binary_cross_entropy(class)
    }
}

// Tables that differ from example to example, and rows whose gradient is one for all examples.
network_case! { 18; tables: Tables { loss(reals indices) + loss_and_grad linear(indices) + linear_and_grad }
    pub struct Tables;

    pub fn loss(&self, x: Tensor<3, 2>, row: Index<3, 4>) -> (Scalar, Tensor<4, 2>) {
        let scale = param([3, 2], constant(1.0));
        let rows = (x * scale).tanh().gather(row);
        (rows.l2() + rows.sum().exp(), rows)
    }

    pub fn linear(&self, row: Index<3, 4>) -> Scalar {
        row.embedding(5).sum()
    }
}

// Parts of indices, and indices in another order.
network_case! { moved: Moved { loss(indices indices) + loss_and_grad picked(indices) }
    pub struct Moved;

    pub fn picked(&self, pairs: Index<4, 5, 2>) -> (Tensor<5, 3>, Tensor<2, 5, 3>, Tensor<10, 4>, Tensor<10>) {
        let table = embedding(3);
        let firsts = table(pairs.at(0, axis = 1));
        (firsts, table(pairs.t()), pairs.t().flatten().one_hot(), pairs.t().flatten().number())
    }

    pub fn loss(&self, pairs: Index<4, 5, 2>, tokens: Index<4, 7>) -> Scalar {
        let (firsts, both, hot, numbers) = self.picked(pairs);
        let (begin, end) = (tokens.slice(0, 0, 4).embedding(3), tokens.slice(0, 3, 7).embedding(3));
        let next = tokens.slice(0, 1, 6);
        begin.tanh().sum() + end.sum() + tokens.at(2).embedding(2).sum() + firsts.dense(4).softmax_cross_entropy(next)
            + both.exp().sum() + hot.dense(2).l2() + numbers.dense(1).sum()
    }
}
