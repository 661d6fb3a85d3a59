//! Random networks, as the generator of the compiler's own tests makes them.

use crate::agrees::network_case;

network_case! {
    every batch; seed_0: Random {
        loss(indices indices reals reals indices reals reals) + loss_and_grad
    }
    pub struct Random;

    fn block1(i5: Index<1>) -> Scalar {
        let b3 = buffer([3, 2, 5], normal(0.5));
        let v4 = b3.flatten().slice(0, 0, 2).reshape([2]).glu();
        let v6 = v4.log_softmax().negative_log_likelihood(i5, ignore = 0.0);
        v6
    }

    pub fn loss(&self, i7: Index<1>, i9: Index<1>, x18: Tensor<2, 1>, x28: Tensor<4, 2, 2>, i37: Index<2, 4>, x42: Tensor<1, 1>, x50: Tensor<3>) -> Scalar {
        let v8 = block1(i7);
        let v10 = block1(i9);
        let v11 = block1(i9);
        let v12 = block1(i9);
        let v13 = block1(i7);
        let v14 = v12.reshape([1, 1]).mean_pool();
        let mut h15 = (v13 * 0.25);
        let mut h16 = (v11 * 0.25);
        let mut r17 = zeros([2, 3]);
        let mut r19 = x18;
        for t20 in (0..2).rev() {
            let v21 = (v8 + zeros([2, 1])).at(t20);
            let v24 = h15.sin();
            (h15, h16) = (v24, v24);
            r17[t20] = (v24 + zeros([3]));
            r19[t20] = v21;
        }
        let mut h25 = h16;
        let mut h26 = h15;
        let mut h27 = (r19).tanh();
        let mut r29 = x28;
        for t30 in (0..4).rev() {
            let v31 = (v14 + zeros([3, 4])).at(t30, axis = 1);
            let v33 = (v13 * (0.25 * t30 - 0.3));
            h25 = (v33 * 0.25);
            h26 = 0.5 * h26 + (v31.flatten().slice(0, 0, 1).reshape([]) * 0.125);
            h27 = 0.5 * h27 + ((h26 + zeros([2, 1])) * 0.5);
            r29[t30] = (h26 + zeros([2, 2]));
        }
        let mut h35 = r17;
        let mut r38 = i37.number();
        r38[0] = v10;
        let mut r39 = zeros([3, 3]);
        for t40 in (0..3).rev() {
            let mut h44 = h26;
            for t45 in 0..4 {
                h44 = 0.5 * h44 + (h44 * 0.5);
            }
            h35 = 0.5 * h35 + ((h44 + zeros([2, 3])) * 0.5);
            r38[t40 + 1] = h44;
            r39[t40] = x42.flatten().pad(0, 0, 2).reshape([3]);
        }
        let mut r49 = r39;
        r49[1] = r29.flatten().slice(0, 0, 3).reshape([3]);
        r49[2] = x50;
        let v51 = (r49.square().sum() + r38.square().sum() + h35.square().sum() + h27.mean());
        v51
    }
}

network_case! {
    every batch; seed_1: Random {
        loss(reals reals reals reals reals) + loss_and_grad
    }
    pub struct Random;

    fn block1(x2: Tensor<3>, x3: Tensor<1, 3, 2>) -> Tensor<1, 2> {
        let v4 = (x2.matmul(x3) * 0.5);
        v4
    }

    pub fn loss(&self, x5: Tensor<3>, x6: Tensor<5, 5>, x10: Tensor<1, 3, 2>, x18: Tensor<3, 3>, x31: Tensor<1, 1>) -> (Tensor<3, 3>, Scalar) {
        let v7 = x5.block1(x6.flatten().slice(0, 0, 6).reshape([1, 3, 2]));
        let v8 = (v7.log_softmax(axis = 0, temperature = ((batch_size() * 0.0625).square() + 0.5)) * 0.125);
        let v9 = (v8.cross_attention(v8, mask = v8.flatten().slice(0, 0, 1).reshape([1, 1]).stop_gradient().greater(0.303075), heads = 1) * 0.5);
        let v11 = block1((v9.flatten().pad(0, 1, 0).reshape([3]) * 0.25), x10);
        let v12 = (v11.norm() * 0.5);
        let mut h13 = x10;
        let mut h14 = (v8).tanh();
        let mut h15 = (v12).tanh();
        let w16 = param([3, 3], he_uniform());
        let mut r19 = x18;
        let mut r20 = x18;
        for t21 in (1..3).rev() {
            let v22 = w16.at(t21, axis = 1);
            let mut h24 = v22;
            let mut r25 = zeros([2, 2, 2]);
            let mut r26 = x6.flatten().slice(0, 0, 6).reshape([3, 2]);
            r26[0] = h14.reshape([2]);
            for t27 in 0..2 {
                let v28 = h14.at(t27, axis = 1);
                let v29 = block1((v28 + zeros([3])), h13);
                r25[t27] = h24.flatten().pad(0, 1, 0).reshape([2, 2]);
                r26[t27 + 1] = v29.reshape([2]);
            }
            (h13, h14, h15) = ((h15 + zeros([1, 3, 2])).tanh(), h24.flatten().slice(0, 0, 2).reshape([1, 2]), x31.reshape([]));
            r19[t21] = h24;
            r20[t21] = r25.flatten().slice(0, 5, 8).reshape([3]);
        }
        let v34 = (r20.sum() + r19.mean() + h15 + h14.sum());
        (r20, v34)
    }
}

network_case! {
    every batch; seed_2: Random {
        loss(reals reals indices indices reals) + loss_and_grad
    }
    pub struct Random;

    fn block1(x2: Tensor<5, 2>, x3: Tensor<5, 5>) -> (Tensor<5, 5>, Tensor<5, 2>) {
        let v4 = x2.stop_gradient();
        let n5 = pair(5);
        let [n6, _] = n5;
        require(v4.size(0) == n6, "an axis", v4);
        (x3, v4)
    }

    pub fn loss(&self, x27: Tensor<1, 1, 4>, x28: Tensor<3>, i34: Index<2, 5, 3>, i38: Index<2, 4, 1>, x41: Tensor<5, 5>) -> Scalar {
        let v29 = x27.flatten().slice(0, 0, 2).reshape([2, 1]).rnn(h = x28, hidden = 3, activation = sigmoid);
        let v30 = (x27.flatten().pad(0, 3, 1).reshape([2, 4]) + sinusoidal_positions(2, 4));
        let v31 = v29.softmax_cross_entropy(v30.flatten().slice(0, 1, 7).reshape([2, 3]).softmax());
        let mut h32 = (v31 * 0.25);
        let mut r35 = i34.number();
        for t36 in (1..5).rev() {
            let v39 = x27.matmul(i38.number());
            h32 = (v39.reshape([]) * 0.25);
            r35[t36] = v39.flatten().pad(0, 1, 1).reshape([3]);
        }
        let (v42, v43) = (r35.flatten().slice(0, 0, 10).reshape([5, 2])).tanh().block1(x41);
        let v44 = (v43.mean() + v42.at(0).sum() + h32);
        v44
    }
}

network_case! {
    every batch; seed_3: Random {
        loss(number reals indices) / loss_in_training + loss_and_grad_in_evaluation / loss_and_grad_in_training
    }
    pub struct Random;

    fn block1(x4: Tensor<1>, x5: Scalar, i9: Index<3, 3>) -> (Tensor<3, 3>, Tensor<1>) {
        let v6 = x4.stop_gradient().greater(x5.reshape([1]).stop_gradient());
        let v7 = (if v6.size(0) == 1 { v6 } else { x4 });
        let v10 = i9.one_hot();
        (v10, v7)
    }

    pub fn loss(&self, s13: Shared, x18: Tensor<5>, i21: Index<3, 3>) -> (Tensor<3, 3>, Scalar) {
        let v14 = s13.reshape([1]).softmax(axis = 0);
        let v15 = v14.dense(1, bias = false).relu();
        let v16 = (v15 * v15.size(-1));
        let b17 = buffer([5], normal(0.5));
        b17.update(x18.batch_sum() / batch_size());
        let v19 = v16.huber(v16);
        let (v22, v23) = block1(v19.reshape([1]), s13, i21);
        let (v25, v26) = block1(s13.reshape([1]), s13, i21);
        let v27 = (if v23.size(0) == 2 { v23 } else { v16 });
        let [v28, v29, v30] = v22.split(3, axis = 0);
        let v31 = (v30.sum() + v29.mean() + v28.tanh().sum() + v27.mean());
        (v25, v31)
    }
}

network_case! {
    every batch; seed_4: Random {
        entry12(reals reals) / entry12_in_training + entry12_and_grad_in_evaluation / entry12_and_grad_in_training
        loss(reals reals reals reals reals) / loss_in_training + loss_and_grad_in_evaluation / loss_and_grad_in_training
    }
    pub struct Random;

    fn block8(x9: Tensor<1>) -> Scalar {
        let v11 = x9.sum();
        v11
    }

    pub fn entry12(&self, x14: Tensor<5>, s24: Shared<1, 4>) -> (Scalar, Tensor<7>) {
        let v15 = x14.at(0);
        let v21 = noise([2], uniform(-1.0, 1.0));
        let v22 = concat([x14, v21], axis = 0);
        let b23 = buffer([1, 4], zeros());
        b23.update(s24.batch_sum() / batch_size());
        (v15, v22)
    }

    pub fn loss(&self, x27: Tensor<1>, x28: Tensor<3>, s29: Shared<5>, s42: Shared<3>, x52: Tensor<4, 4>) -> (Scalar, Scalar) {
        let w30 = param([1, 4], uniform(-0.5, 0.5));
        let (v31, v32) = self.entry12(s29, w30);
        let v33 = (if s29.size(0) == 6 { s29 } else { (x27 + zeros([5])) });
        let (v34, v35) = self.entry12(v33, zeros([1, 4]));
        let mut h36 = v31;
        let mut h37 = v35;
        let w39 = param([], constant(0.5));
        for t38 in 0..2 {
            let v40 = (x27.log_softmax(axis = 0, temperature = (w39.square() + 0.5)) * 0.5);
            let v41 = block8((v40).tanh());
            (h36, h37) = (0.5 * h36 + (h37.flatten().slice(0, 4, 5).reshape([]) * 0.5), 0.5 * h37 + ((v41 + zeros([7])) * 0.25));
        }
        let v43 = stack([x28, s42]);
        let v44 = v35.flatten().slice(0, 0, 1).reshape([1]).block8();
        let mut h45 = h37;
        let mut h46 = v43;
        let mut r47 = zeros([3]);
        for t48 in 0..2 {
            let v53 = (w30.matmul(x52) + x27).tanh();
            h45 = 0.5 * h45 + (h46.flatten().pad(0, 0, 1).reshape([7]) * 0.5);
            h46 = 0.5 * h46 + (h45.flatten().slice(0, 0, 6).reshape([2, 3]) * 0.5);
            r47[t48 + 1] = v53.flatten().slice(0, 1, 2).reshape([]);
        }
        let v54 = (r47.sum() + h46.sum() + h45.squared_error((v34 + zeros([7]))) + v44);
        (h36, v54)
    }
}

network_case! {
    every batch; seed_5: Random {
        entry19(reals reals reals reals) / entry19_in_training
        loss(reals indices reals indices) / loss_in_training + loss_and_grad_in_evaluation / loss_and_grad_in_training
    }
    pub struct Random;

    fn helper5(&self, x8: Tensor<2>) -> Tensor<1> {
        let v9 = x8.max_over();
        let v10 = x8.slice(0, 1, 2);
        let v11 = concat([v10], axis = 0);
        let mut h12 = (v9).tanh();
        let mut h13 = full([3, 4, 2], 0.6123);
        for t14 in (0..3).rev() {
            let v15 = (v11 + zeros([3])).at(t14);
            let v16 = clamped_log(((v15.softplus() + 0.3)));
            let mut r17 = h12.reshape([1]);
            r17[0] = v16;
            r17[0] = h13.flatten().slice(0, 14, 15).reshape([]);
            (h12, h13) = (0.5 * h12 + (r17.reshape([]) * 0.5), 0.5 * h13 + ((r17 + zeros([3, 4, 2])) * 0.5));
        }
        let v18 = x8.glu();
        v18
    }

    pub fn entry19(&self, x28: Tensor<2, 2, 2>, x31: Tensor<1>, x35: Tensor<2>, x45: Tensor<1, 2, 3>) -> Tensor<1> {
        let w20 = param([], constant(0.5));
        drop_rate(0.5);
        let v21 = w20.dropout(0.25);
        let v22 = v21.reshape([1]).slice(0, 0, 1);
        let mut h23 = v21;
        for t24 in 0..1 {
            let v25 = (v21 * (0.25 * t24 - 0.3));
            let mut h26 = v25;
            let mut r27 = (v25 + zeros([1, 2]));
            let mut r29 = x28;
            for t30 in 0..1 {
                let v32 = v22.multiply_no_nan(x31);
                h26 = v32.reshape([]).tanh();
                r27[t30] = (v32 + zeros([2]));
                r29[t30 + 1] = (v32 + zeros([2, 2]));
            }
            h23 = 0.5 * h23 + (r27.flatten().slice(0, 0, 1).reshape([]) * 0.5);
        }
        let v36 = concat([x35, h23.reshape([1]), zeros([3])], axis = 0);
        let v37 = (v22 + x35);
        let mut h38 = (v37 * 0.5);
        let mut h39 = v36;
        for t41 in 0..4 {
            let v46 = x45.adaptive_mean_pool([2, 3]);
            h38 = v46.flatten().slice(0, 0, 2).reshape([2]);
            h39 = 0.5 * h39 + (h39 * 0.5);
        }
        let v49 = h23.flatten();
        v49
    }

    pub fn loss(&self, x54: Tensor<2, 1, 1>, i59: Index<3, 2, 2, 2>, x60: Tensor<2>, i66: Index<1>) -> Scalar {
        let v55 = self.helper5(ones([2]));
        let w61 = param([1, 2, 3], uniform(-0.5, 0.5));
        let v62 = self.entry19(i59.number(), v55, x60, w61);
        let b63 = buffer([3, 1, 3], constant(1.0));
        b63.update(b63 * 0.5);
        let v64 = (x54 - (v62 + zeros([2, 1, 1])));
        let v65 = w61.feed_forward(3, dropout = 0.25);
        let w67 = param([2], normal(0.5));
        let v68 = self.entry19((v62 + zeros([2, 2, 2])), i66.one_hot(), w67, w61);
        let v69 = w61.slice(0, 0, 1);
        let v70 = v68.huber(v69.flatten().slice(0, 5, 6).reshape([1]), delta = 0.4321);
        let v71 = v55.max_pool1d(3, stride = 1, pad = [2, 0]);
        let v72 = (v71.tanh().sum() + v70 + v65.sum() + v64.squared_error(v64));
        v72
    }
}

network_case! {
    every batch; seed_6: Random {
        loss(indices reals reals) + loss_and_grad
    }
    pub struct Random;

    fn block1(x4: Tensor<1, 3, 2>, x16: Tensor<1, 3, 2>, x19: Tensor<2, 2, 3>, x21: Tensor<2, 3>) -> Tensor<2, 3, 1> {
        let v2 = zeros([5]).stop_gradient();
        let v3 = silu(v2);
        let mut h5 = (x4 * 0.5);
        let w10 = param([3, 1], he_normal());
        let w18 = param([5, 1], constant(0.5));
        for t6 in 0..2 {
            let v7 = v3.flatten().slice(0, 1, 3).reshape([2]).at(t6);
            let mut h8 = v7;
            let mut h9 = h5;
            let mut r11 = w10;
            let mut r12 = w10.flatten().pad(0, 1, 0).reshape([4]);
            for t13 in (0..3).rev() {
                let v17 = stack([h5, x16]);
                (h8, h9) = (v17.flatten().slice(0, 1, 2).reshape([]).tanh(), 0.5 * h9 + ((h8 + zeros([1, 3, 2])) * 0.5));
                r11[t13] = w18.flatten().slice(0, 0, 1).reshape([1]);
                r12[t13 + 1] = v17.flatten().slice(0, 0, 1).reshape([]);
            }
            takes(x19, "scores");
            let mut r20 = x19;
            r20[1] = x21;
            r20[1] = x21;
            h5 = 0.5 * h5 + (x21.reshape([1, 3, 2]) * 0.25);
        }
        let v22 = h5.depthwise_conv([3, 1], stride = [2, 3], pad = [2, 0], dilation = 1, multiplier = 2);
        v22
    }

    fn block23() -> Tensor<2, 3, 1> {
        let w25 = param([1, 3, 2], zeros());
        let w26 = param([2, 2, 3], constant(0.5));
        let v27 = w25.block1(w25, w26, full([2, 3], 1.2123));
        v27
    }

    pub fn loss(&self, i28: Index<2, 3>, x29: Tensor<5, 1, 4>, x45: Tensor<3, 3>) -> Scalar {
        let w30 = param([2, 3], zeros());
        let v31 = i28.number().flatten().pad(0, 3, 0).reshape([1, 3, 2]).block1(full([1, 3, 2], -0.11230000000000001), x29.flatten().slice(0, 4, 16).reshape([2, 2, 3]), w30);
        let v32 = v31.reshape([1, per_group(6, 1)]);
        let v33 = v32.pad(0, 2, 1);
        let mut h34 = (v31 * 0.5);
        for t36 in 1..4 {
            h34 = 0.5 * h34 + (h34 * 0.5);
        }
        let v42 = (if v33.size(0) == 5 { v33 } else { v33 });
        let mut h43 = h34;
        let mut h44 = (v42).tanh();
        for t46 in 0..3 {
            let v47 = x45.at(t46);
            same_shape(v32, w30.reshape([1, 6]));
            (h43, h44) = (0.5 * h43 + (v47.flatten().pad(0, 3, 0).reshape([2, 3, 1]) * 0.5), 0.5 * h44 + (v47.flatten().pad(0, 11, 10).reshape([4, 6]) * 0.5));
        }
        let mut h50 = h43;
        for t51 in (0..4).rev() {
            let v53 = x45.mask(h50.flatten().pad(0, 0, 3).reshape([3, 3]).stop_gradient().greater_equal(0.428075)).softmax();
            h50 = v53.flatten().slice(0, 0, 6).reshape([2, 3, 1]);
        }
        let v54 = h50.less(-0.5374333333333333);
        let v55 = block23();
        let v56 = (v55 + h34);
        let v57 = (v56.sum() + v54.sum() + 0.125 * h50.mean());
        v57
    }
}

network_case! {
    every batch; seed_7: Random {
        loss(indices reals reals indices) + loss_and_grad
    }
    pub struct Random;

    fn block1(i5: Index<2, 2, 2>, x12: Tensor<1>) -> Tensor<2, 4> {
        let mut h3 = full([2, 2], -0.9123);
        let mut r6 = i5.one_hot();
        for t7 in (0..1).rev() {
            let mut h10 = h3;
            let mut r13 = zeros([1, 2, 2]);
            for t14 in (0..1).rev() {
                let v16 = x12.at(t14);
                h10 = 0.5 * h10 + (h10 * 0.5);
                r13[t14] = (v16 + zeros([2, 2]));
            }
            h3 = h10;
            r6[t7 + 1] = r13.reshape([2, 2]);
        }
        let v22 = r6.flatten(from = 1);
        v22
    }

    pub fn loss(&self, i28: Index<2, 2, 2>, x30: Tensor<2, 2>, x31: Tensor<2, 1>, i33: Index<4, 1>) -> (Tensor<6, 4>, Scalar) {
        let w25 = param([2, 4, 4], xavier_uniform());
        let v26 = noise([2, 1, 4], uniform(-1.0, 1.0));
        let v27 = (w25 * v26);
        let v29 = block1(i28, v27.flatten().slice(0, 0, 1).reshape([1]));
        let v32 = concat([x31, v29, x31, x30], axis = 1);
        let v34 = concat([v29, i33.one_hot(), v32.flatten().slice(0, 0, 4).reshape([1, 4]), v32.flatten().slice(0, 0, 8).reshape([2, 4])], axis = 0);
        let v35 = (v34.sum());
        (v34, v35)
    }
}

network_case! {
    every batch; seed_8: Random {
        loss(reals reals reals indices reals) + loss_and_grad
    }
    pub struct Random;

    pub fn loss(&self, x10: Tensor<4>, x16: Tensor<3, 2>, x19: Tensor<2>, i23: Index<2>, x24: Tensor<3, 1>) -> Scalar {
        let v11 = elu(x10);
        let v12 = (v11 * v11.size(-1));
        let mut h13 = (v12 * 0.25);
        let mut h14 = (v12).tanh();
        let w15 = param([2, 4, 5], normal(0.5));
        let mut r17 = zeros([3, 2]);
        let mut r18 = ones([4, 2]);
        r18[0] = x19;
        for t20 in 0..3 {
            let v21 = w15.flatten().slice(0, 16, 19).reshape([3]).at(t20);
            let v22 = x16.flatten().slice(0, 0, 3).reshape([3]).at(t20);
            let v25 = x24.gather(i23);
            (h13, h14) = (0.5 * h13 + ((v25 + zeros([4])) * 0.5), 0.5 * h14 + (h13 * 0.5));
            r17[t20] = (v21 + zeros([2]));
            r18[t20 + 1] = (v22 + zeros([2]));
        }
        let v26 = (r18.tanh().sum() + r17.tanh().sum() + h14.square().sum() + h13.square().sum());
        v26
    }
}

network_case! {
    every batch; seed_9: Random {
        loss(reals reals) + loss_and_grad
    }
    pub struct Random;

    fn helper1(&self, x2: Scalar, x4: Tensor<1>) -> Tensor<2, 1> {
        let w3 = param([2, 1], xavier_normal());
        let v5 = (if x2.reshape([1]).size(0) == 1 { x2.reshape([1]) } else { x4 });
        let v6 = v5.norm();
        let v7 = (v6.stop_gradient().less(0.07807499999999999) * w3);
        let v8 = v7.gelu_tanh();
        v8
    }

    pub fn loss(&self, x9: Tensor<1>, x11: Tensor<5>) -> (Tensor<1>, Scalar) {
        let w10 = param([], zeros());
        let v12 = self.helper1(w10, x11.flatten().slice(0, 2, 3).reshape([1]));
        let v13 = self.helper1(v12.flatten().slice(0, 0, 1).reshape([]), v12.flatten().slice(0, 0, 1).reshape([1]));
        let v15 = v13.matmul(x11.flatten().slice(0, 0, 1).reshape([1]));
        let v16 = v15.sum(axis = 0, keep = true);
        let v17 = (v16.squared_error(x9));
        (v16, v17)
    }
}

network_case! {
    every batch; seed_10: Random {
        loss(reals reals indices) + loss_and_grad
    }
    pub struct Random;

    pub fn loss(&self, x1: Tensor<2, 1, 2>, x2: Tensor<2>, i16: Index<2>) -> Scalar {
        let w3 = param([3, 4, 2], he_normal());
        let v4 = (w3.sum(axis = [0, 1, 2]) * 0.5);
        let mut r5 = v4.reshape([1]);
        r5[0] = v4;
        let v6 = x1.t();
        let v7 = (if x2.size(0) == 2 { x2 } else { x2 });
        let mut h8 = v7;
        let mut h9 = (r5 * 0.25);
        let mut h10 = v6;
        for t13 in 0..2 {
            let v17 = (if h8.size(0) == 3 { h8 } else { i16.one_hot() });
            let v18 = v17.reshape([1, 2]).max_pool([2, 1], stride = [2, 1], pad = [[1, 1], [0, 0]]);
            (h8, h9, h10) = (v18.reshape([2]).tanh(), 0.5 * h9 + (v18.flatten().slice(0, 0, 1).reshape([1]) * 0.5), 0.5 * h10 + (h10 * 0.5));
        }
        let mut r19 = h10;
        let w20 = param([2, 1], xavier_uniform());
        r19[1] = w20;
        r19[0] = w20;
        let v21 = (r19.sum() + h9.at(0).sum() + h8.sum());
        v21
    }
}

network_case! {
    every batch; seed_11: Random {
        entry7(reals reals reals indices reals indices)
        loss(indices indices) + loss_and_grad
    }
    pub struct Random;

    fn helper1(&self, x4: Tensor<3>) -> Tensor<1> {
        let v6 = x4.slice(0, 2, 3);
        v6
    }

    pub fn entry7(&self, x9: Tensor<1>, s11: Shared<3>, x40: Tensor<1, 1>, i43: Index<1, 1>, x44: Tensor<2, 1>, i48: Index<2, 2>) -> Tensor<1> {
        let v10 = ones([]).reshape([1]).slice(0, 0, 1);
        let v12 = self.helper1(s11);
        let mut h13 = (v12 * 0.5);
        let mut h14 = x9;
        let mut h15 = v10;
        for t17 in (0..4).rev() {
            (h13, h14, h15) = (0.5 * h13 + (h14 * 0.5), 0.5 * h14 + (h15 * 0.5), 0.5 * h15 + (h14 * 0.5));
        }
        let mut h23 = h13;
        for t24 in 0..3 {
            h23 = h23;
        }
        let v29 = h23.flatten();
        let v36 = v29.l2();
        let mut h37 = h23;
        let mut h38 = (v36 * 0.5);
        let mut h39 = h15;
        let mut r41 = x40;
        let w46 = param([1, 2, 3, 2], uniform(-0.5, 0.5));
        for t42 in 0..1 {
            let v45 = x44.gather(i43);
            let v47 = h38.reshape([1, 1, 1]).convolve_transpose(w46, stride = 3, pad = [[2, 2], [2, 0]], dilation = 1, output_pad = [2, 2], groups = 1);
            let v49 = (v47.reshape([2, 2]).softmax_cross_entropy(i48, label_smoothing = 0.125) * 0.5);
            (h37, h38, h39) = (0.5 * h37 + (v49.reshape([1]) * 0.125), v45.reshape([]).tanh(), v49.reshape([1]).tanh());
            r41[t42] = v49.reshape([1]);
        }
        h37
    }

    pub fn loss(&self, i58: Index<1, 1>, i59: Index<2, 2>) -> Scalar {
        let w51 = param([1, 2], he_normal());
        let v52 = w51.gru(hidden = 2);
        let v53 = v52.absolute_difference(v52);
        let v54 = noise([1], uniform(-1.0, 1.0));
        let v55 = (v54 + v54);
        let v56 = (if v52.size(0) == 2 { v52 } else { v53 });
        let w57 = param([1, 1], normal(0.5));
        let v60 = self.entry7(v55, w51.flatten().pad(0, 1, 0).reshape([3]), w57, i58, (v55 + zeros([2, 1])), i59);
        let v61 = (v60.square().sum() + v56.mean());
        v61
    }
}

network_case! {
    every batch; seed_12: Random {
        entry8(reals reals indices indices) + entry8_and_grad
        loss(reals indices reals indices reals reals reals) + loss_and_grad
    }
    pub struct Random;

    fn block1(x2: Tensor<3, 2>) -> Scalar {
        let v3 = noise([4], normal(0.5));
        let v6 = (x2.absolute_error(v3.flatten().pad(0, 2, 0).reshape([3, 2])) * 0.125);
        v6
    }

    pub fn entry8(&self, x9: Tensor<4, 3>, s11: Shared<1>, i16: Index<2, 3, 2>, i20: Index<2>) -> (Scalar, Scalar, Tensor<1>) {
        let v12 = s11.l1();
        let v13 = concat([x9], axis = 1);
        let v14 = block1((v12 + zeros([3, 2])));
        let v17 = i16.number().block1();
        let v18 = i16.number().block1();
        let v19 = stack([v18, v14]);
        let v21 = v13.flatten().slice(0, 0, 4).reshape([2, 2]).gather(i20);
        let v22 = abs(v17);
        let b23 = buffer([3, 1], zeros());
        let v24 = b23.gather(i20);
        let v25 = (v24.squared_error(s11) + v22 + v21.square().sum() + v19.sum());
        (v25, v22, v24)
    }

    pub fn loss(&self, x26: Tensor<2, 1, 2>, i27: Index<1>, s28: Shared<1, 2>, i30: Index<1>, x31: Tensor<1>, x44: Tensor<5>, s53: Shared<4>) -> (Scalar, Tensor<5>) {
        let v29 = s28.gather(i27);
        let v32 = (i30.one_hot().gaussian_negative_log_likelihood(x31, v29.flatten().slice(0, 0, 1).reshape([1])) * 0.125);
        let mut h33 = (v32 * 0.25);
        let w35 = param([3, 2], xavier_uniform());
        for t36 in (0..2).rev() {
            let v39 = x26.reshape([2, 2]).t().matmul(w35.t());
            h33 = 0.5 * h33 + (v39.flatten().slice(0, 1, 2).reshape([]) * 0.5);
        }
        let v41 = concat([full([1], -1.1123), (h33 + zeros([2])), x31], axis = 0);
        let v42 = v41.reshape([4, 1]);
        let v43 = noise([1, 5], normal(0.5));
        let v45 = (h33.reshape([1]).matmul(v43) + x44).relu();
        let mut h47 = v42;
        let mut h48 = (v32 * 0.25);
        for t49 in 0..3 {
            let v50 = noise([1], normal(0.5));
            let v52 = v42.mean_pool([1, 1], stride = [2, 2], pad = [[0, 0], [0, 0]], count_pad = false);
            h47 = v52.flatten().pad(0, 0, 2).reshape([4, 1]).tanh();
            h48 = 0.5 * h48 + (v50.reshape([]) * 0.25);
        }
        let v54 = s53.pow(3.0);
        let v55 = (v54.tanh().sum() + h48 + h47.sum() + v45.at(0).sum());
        (v55, v45)
    }
}

network_case! {
    batches above one; seed_13: Random {
        loss(reals indices reals reals) / loss_in_training + loss_and_grad_in_evaluation / loss_and_grad_in_training
    }
    pub struct Random;

    fn block1(x3: Scalar, x6: Tensor<1, 4, 3>) -> (Tensor<2>, Tensor<1, 4, 3>) {
        let w4 = param([2], normal(0.5));
        let mut r5 = w4;
        r5[0] = x3;
        r5[0] = x3;
        let v7 = x6.absolute_difference(x6);
        (r5, v7)
    }

    pub fn loss(&self, x8: Tensor<1>, i11: Index<4, 3>, s12: Shared<3, 1>, x18: Tensor<1>) -> Scalar {
        let v9 = x8.batch_norm(epsilon = 0.1);
        let v10 = v9.rms_norm(axes = 1, affine = false, epsilon = 0.01);
        let v13 = i11.one_hot().cross_attention((v10 + zeros([1, 4])), mask = s12.less_equal(-0.028075000000000003), heads = 2);
        let v14 = (v13.huber(v13) * 0.5);
        let v15 = v13.adaptive_mean_pool(1);
        let (v16, v17) = (v14 * 0.25).block1(((v14 + zeros([1, 4, 3]))).tanh());
        let (v19, v20) = block1(x18.reshape([]), (v17).tanh());
        let v21 = v20.leaky_relu(0.25);
        let v22 = (v21.depthwise_conv([3, 1], stride = 1, pad = 0, dilation = 1, multiplier = 1)).tanh();
        let v23 = (v22.tanh().sum() + v19.sum() + v16.tanh().sum() + v15.mean());
        v23
    }
}

network_case! {
    every batch; seed_14: Random {
        entry18(reals indices indices indices) + entry18_and_grad
        loss(indices reals indices) / loss_in_training + loss_and_grad_in_evaluation / loss_and_grad_in_training
    }
    pub struct Random;

    fn block1(i3: Index<4>, x5: Tensor<1>) -> Tensor<5> {
        let v4 = i3.one_hot(classes = 5);
        let v6 = x5.reshape([1, 1]).max_pool([3, 2], stride = [1, 1], pad = [[2, 2], [1, 0]]);
        let mut r7 = v6;
        r7[2] = x5;
        r7[1] = x5;
        v4
    }

    pub fn entry18(&self, x19: Tensor<1>, i30: Index<1>, i32: Index<4>, i36: Index<1>) -> Scalar {
        let v20 = x19.matmul(x19);
        let mut h21 = v20;
        for t23 in (0..4).rev() {
            h21 = h21.tanh();
        }
        let v31 = x19.softmax_cross_entropy(i30);
        let v33 = i32.block1(x19);
        let w34 = param([1], uniform(-0.5, 0.5));
        let v35 = i32.block1(w34);
        let v37 = i36.one_hot(classes = 2);
        let v38 = (v37.sum() + v35.sum() + v33.mean() + v31);
        v38
    }

    pub fn loss(&self, i47: Index<3>, x49: Tensor<5>, i51: Index<2, 3>) -> (Tensor<2>, Tensor<5>, Scalar) {
        let mut h40 = full([], -0.7122999999999999);
        let v41 = noise([2], uniform(-1.0, 1.0));
        let mut h42 = v41;
        let w43 = param([3], constant(0.5));
        let mut r44 = w43;
        for t45 in 0..3 {
            let v48 = i47.number().equal(0.0);
            (h40, h42) = (0.5 * h40 + (h42.flatten().slice(0, 0, 1).reshape([]) * 0.5), 0.5 * h42 + ((h40 + zeros([2])) * 0.5));
            r44[t45] = v48;
        }
        let v50 = x49.logistic_loss(h40);
        let v52 = (i51.number() * r44);
        let v53 = v50.slice(axis = 0, from = 2, to = 4);
        let v54 = x49.dropout(0.25);
        let v55 = (v54.sum() + v53.at(0).sum() + v52.sum() + h42.square().sum());
        (h42, v54, v55)
    }
}

network_case! {
    every batch; seed_15: Random {
        loss(reals reals indices indices reals indices reals) + loss_and_grad
    }
    pub struct Random;

    fn block1(x4: Tensor<3, 1>, x6: Tensor<3, 3>) -> Tensor<3, 3> {
        let w2 = param([5], normal(0.5));
        let mut h3 = w2;
        let mut r5 = (x4 + zeros([3, 3]));
        let mut r7 = x6;
        for t8 in 0..3 {
            let v9 = x4.at(t8);
            let v10 = w2.flatten().pad(0, 3, 1).reshape([3, 3]).at(t8);
            let v11 = (v10 * (0.25 * t8 - 0.3));
            let v12 = v9.standardise(epsilon = 0.01);
            let v13 = elu(v11);
            h3 = 0.5 * h3 + ((v12 + zeros([5])) * 0.25);
            r5[t8] = v13;
            r7[t8] = v13;
        }
        r7
    }

    pub fn loss(&self, x19: Tensor<5>, x21: Tensor<1>, i24: Index<4, 3>, i26: Index<2, 3, 5>, x42: Tensor<2>, i45: Index<2, 3, 1>, s48: Shared<3, 1, 2>) -> Scalar {
        let mut h20 = x19;
        let mut h22 = x21;
        for t23 in 0..1 {
            let v25 = i24.one_hot(classes = 5);
            let v27 = v25.absolute_difference(i26.number());
            (h20, h22) = (0.5 * h20 + (v27.flatten().slice(0, 5, 10).reshape([5]) * 0.5), 0.5 * h22 + (v27.flatten().slice(0, 10, 11).reshape([1]) * 0.5));
        }
        let v28 = h20.reshape([1, 1, 5]).global_max_pool();
        let mut h29 = h22;
        let mut h30 = h20;
        let mut r31 = (x21 + zeros([3, 2, 2]));
        let mut r32 = zeros([3, 1]);
        for t33 in (0..3).rev() {
            (h29, h30) = (0.5 * h29 + (h30.flatten().slice(0, 0, 1).reshape([1]) * 0.5), 0.5 * h30 + (h30 * 0.5));
            r31[t33] = h30.flatten().slice(0, 0, 4).reshape([2, 2]);
            r32[t33] = h29;
        }
        let mut h36 = r32;
        let mut h37 = v28;
        let mut r38 = h30.flatten().pad(0, 7, 0).reshape([3, 2, 2]);
        let w41 = param([3], uniform(-0.5, 0.5));
        for t39 in 0..2 {
            let v40 = h30.flatten().pad(0, 3, 0).reshape([2, 2, 2]).at(t39);
            let v43 = concat([w41, x42, h37, x21], axis = 0);
            (h36, h37) = (0.5 * h36 + (v40.flatten().slice(0, 0, 3).reshape([3, 1]) * 0.5), 0.5 * h37 + (v43.flatten().slice(0, 0, 1).reshape([1]) * 0.5));
            r38[t39 + 1] = v40;
        }
        let v44 = block1(full([3, 1], 0.5123), full([3, 3], 1.6123));
        let v46 = h36.mask(i45.number()).softmax();
        let v47 = noise([], uniform(-1.0, 1.0));
        let v49 = (s48 * r31);
        let v50 = block1(r32, v44);
        let v51 = block1(v49.flatten().slice(0, 0, 3).reshape([3, 1]), (v46 + zeros([3, 3])));
        let v52 = v28.l1();
        let v53 = (v52 + v51.tanh().sum() + v50.at(0).sum() + v47);
        v53
    }
}

network_case! {
    every batch; seed_16: Random {
        loss(reals reals) + loss_and_grad
    }
    pub struct Random;

    pub fn loss(&self, x37: Tensor<3, 3>, x40: Tensor<5, 5>) -> Scalar {
        let b34 = buffer([3, 4], zeros());
        let v35 = b34.encoder_layer(heads = 2, hidden = 3, epsilon = 0.01, causal = true);
        let v36 = (v35 * 0.5).square();
        let v38 = x37.flatten();
        let v39 = (v38.flatten().reshape(v38.sizes()) * 0.5);
        let v41 = x40.greater_equal(-0.2374333333333333);
        let v42 = (v41.sum() + v39.squared_error(v38) + v36.square().sum());
        v42
    }
}

network_case! {
    every batch; seed_17: Random {
        loss(reals) + loss_and_grad
    }
    pub struct Random;

    fn block1(x18: Tensor<1, 3, 3>) -> Tensor<1> {
        let b5 = buffer([1], constant(1.0));
        let v9 = b5.prelu();
        let mut h10 = v9;
        let mut r13 = zeros([1, 2]);
        for t14 in 0..1 {
            let v17 = h10.norm();
            let mut r19 = x18;
            r19[0] = (v9 + zeros([3, 3]));
            h10 = (r19.flatten().slice(0, 5, 6).reshape([1]) * 0.5);
            r13[t14] = (v17 + zeros([2]));
        }
        h10
    }

    pub fn loss(&self, x31: Tensor<1, 3, 3>) -> Scalar {
        let v33 = block1(x31);
        let mut h34 = v33;
        let v41 = block1(x31);
        let v42 = (v41.tanh().sum() + h34.sum());
        v42
    }
}

network_case! {
    every batch; seed_18: Random {
        loss(reals) + loss_and_grad
    }
    pub struct Random;

    fn block1(x6: Tensor<2, 2, 2, 1>) -> Tensor<2, 1, 1> {
        let w3 = param([2, 3], lecun_uniform());
        let v7 = w3.reshape([2, 3, 1]).convolve(x6, stride = [2, 3], pad = 0, dilation = [2, 1], groups = 1);
        v7
    }

    pub fn loss(&self, x32: Tensor<2>) -> Scalar {
        let w23 = param([3], zeros());
        let v25 = w23.l2();
        let v26 = noise([2, 2, 2, 1], uniform(-1.0, 1.0));
        let v27 = block1(v26);
        let w28 = param([1, 1], lecun_normal());
        let mut h29 = w28;
        let mut h30 = (v27 * 0.25);
        let mut r31 = zeros([2]);
        let mut r33 = x32;
        for t34 in 0..2 {
            let v35 = (v25 + zeros([3, 2])).at(t34, axis = 1);
            let v36 = (h30 * (0.25 * t34 - 0.3));
            let v38 = h29.reshape([1, 1, 1]).conv(2, [2, 2], stride = 3, pad = [[2, 0], [2, 0]], dilation = [1, 2], groups = 1, bias = false).tanh();
            h29 = 0.5 * h29 + (v36.flatten().slice(0, 0, 1).reshape([1, 1]) * 0.5);
            h30 = v35.flatten().slice(0, 0, 2).reshape([2, 1, 1]);
            r31[t34] = v35.flatten().slice(0, 0, 1).reshape([]);
            r33[t34] = v38.flatten().slice(0, 0, 1).reshape([]);
        }
        let v39 = block1(v26);
        let v40 = block1(v26);
        let v41 = (v40.sum() + v39.sum() + r33.squared_error(r31) + r31.sum());
        v41
    }
}

network_case! {
    every batch; seed_19: Random {
        loss(reals) / loss_in_training + loss_and_grad_in_evaluation / loss_and_grad_in_training
    }
    pub struct Random;

    pub fn loss(&self, x45: Tensor<1, 1, 5>) -> Scalar {
        let w46 = param([3, 5], zeros());
        let v47 = x45.reshape([1, 5]).t().matmul(w46.flatten().slice(0, 9, 11).reshape([1, 2]));
        let b48 = buffer([1], normal(0.5));
        b48.update(b48 + 0.25 * (b48.batch_sum() / batch_size() - b48));
        let v49 = concat([v47], axis = 0);
        let b50 = buffer([1, 5, 1], zeros());
        b50.update((b48 + zeros([1, 5, 1])));
        let w51 = param([1, 5], lecun_normal());
        let v52 = concat([w46, w51], axis = 0);
        let v53 = (v52.mean() + v49.sum());
        v53
    }
}

network_case! {
    every batch; seed_20: Random {
        loss(reals) / loss_in_training + loss_and_grad_in_evaluation / loss_and_grad_in_training
    }
    pub struct Random;

    fn block1(x2: Tensor<3>) -> Scalar {
        let v3 = (x2.reshape([1, 1, 3]).conv(3, 3, stride = 2, pad = "same") * 0.5);
        let b4 = buffer([1, 3], constant(1.0));
        b4.update(b4);
        let v9 = v3.mean();
        v9
    }

    pub fn loss(&self, x19: Tensor<4>) -> (Scalar, Scalar, Tensor<1, 3>) {
        let b11 = buffer([1, 3], constant(1.0));
        b11.update(b11 + 0.25 * (b11.batch_sum() / batch_size() - b11));
        let mut h14 = b11;
        for t15 in 0..1 {
            h14 = 0.5 * h14 + (h14 * 0.5);
        }
        let v20 = x19.flatten().slice(0, 0, 3).reshape([3]).block1();
        let v21 = noise([], uniform(-1.0, 1.0));
        let v22 = v21.reshape([1]).feed_forward(1);
        let v23 = arange(3).block1();
        let b24 = buffer([2, 2], normal(0.5));
        b24.update(b24 * 0.5);
        let v25 = h14.transpose(0, 0);
        let v26 = (v25.square().sum() + v23 + v22.mean() + v20);
        (v26, v23, v25)
    }
}

network_case! {
    every batch; seed_21: Random {
        loss(reals indices indices reals reals) / loss_in_training + loss_and_grad_in_evaluation / loss_and_grad_in_training
    }
    pub struct Random;

    pub fn loss(&self, x2: Tensor<5>, i3: Index<4, 3>, i5: Index<5>, x10: Tensor<2, 1>, x12: Tensor<5, 2>) -> (Scalar, Scalar, Tensor<5, 2>) {
        let v4 = i3.embedding(4);
        let v6 = (x2.log_softmax().negative_log_likelihood(i5, ignore = 1.0)).tanh();
        let v7 = v6.reshape([1, 1]).max_pool([1, 3], stride = [3, 3], pad = [[0, 0], [2, 0]]);
        let w8 = param([2, 1], lecun_normal());
        let w9 = param([2, 2], constant(0.5));
        let v11 = (v7 + zeros([2, 1])).scaled_dot_product_attention(w8, w9, mask = x10.greater_equal(0.17807499999999998), );
        let v13 = v11.t().matmul(x12.t());
        let v14 = v4.sum(keep = true);
        let v15 = v14.mean_pool();
        let v16 = (if training() { x12 } else { x12 });
        let v17 = i3.one_hot();
        let v18 = (v17.tanh().sum() + v16.sum() + v15 + v13.tanh().sum());
        (v15, v18, v16)
    }
}

network_case! {
    every batch; seed_22: Random {
        loss(reals indices reals indices reals indices indices reals) / loss_in_training + loss_and_grad_in_evaluation / loss_and_grad_in_training
    }
    pub struct Random;

    fn block1(x2: Tensor<3, 1, 4>, i4: Index<3, 3>, x7: Tensor<2, 1>) -> Tensor<3, 1, 4> {
        let mut h3 = (x2 * 0.5);
        let mut h5 = i4.one_hot();
        let mut h6 = (x2 * 0.5);
        for t8 in 0..2 {
            let v9 = x7.at(t8);
            let v10 = h6.flatten().reshape(h6.sizes());
            let v11 = v10.at(2, axis = 2);
            (h3, h5, h6) = (0.5 * h3 + (h5.flatten().pad(0, 2, 1).reshape([3, 1, 4]) * 0.5), 0.5 * h5 + ((v11 + zeros([3, 3])) * 0.125), ((v9 + zeros([3, 1, 4])) * 0.5));
        }
        h6
    }

    pub fn loss(&self, x14: Tensor<3, 1, 4>, i15: Index<3, 3>, x16: Tensor<2, 1>, i19: Index<2, 2, 5>, x27: Tensor<1, 4>, i28: Index<3, 3>, i37: Index<2, 2>, s40: Shared<2, 3>) -> Scalar {
        let v17 = x14.block1(i15, x16);
        let mut h18 = v17;
        let mut r20 = zeros([5, 3]);
        let v21 = noise([3], normal(0.5));
        let mut r22 = v21.flatten().pad(0, 8, 9).reshape([5, 2, 2]);
        for t23 in 1..5 {
            let v24 = i19.number().at(t23, axis = 1);
            let v25 = (v21 * (0.25 * t23 - 0.3));
            let mut r26 = h18;
            r26[0] = x27;
            h18 = v24.flatten().pad(0, 9, 1).reshape([3, 1, 4]);
            r20[t23] = h18.flatten().slice(0, 1, 4).reshape([3]);
            r22[t23] = v25.flatten().pad(0, 0, 1).reshape([2, 2]);
        }
        let v29 = block1((v21.flatten().pad(0, 4, 5).reshape([3, 1, 4]) * 0.5), i28, x16);
        let b31 = buffer([2, 3], constant(1.0));
        let b34 = buffer([2, 3], zeros());
        let v35 = (b34.matmul(v21)).tanh();
        let v36 = v29.prelu();
        let v38 = (if training() { v35 } else { i37.number() });
        let w39 = param([2, 2], he_uniform());
        let v41 = concat([w39, s40, x16, b31], axis = 1);
        let v42 = w39.flatten().pad(0, 8, 0).reshape([3, 1, 4]).block1(i28, x16);
        let v43 = (v42.sum() + v41.square().sum() + v38.at(0).sum() + v36.mean());
        v43
    }
}

network_case! {
    every batch; seed_23: Random {
        loss(reals indices reals) + loss_and_grad
    }
    pub struct Random;

    fn block1(x3: Tensor<3>) -> Scalar {
        let v4 = (arange(3).gaussian_negative_log_likelihood(x3, x3) * 0.03125);
        v4
    }

    pub fn loss(&self, x8: Tensor<1, 4>, i25: Index<4, 1>, s27: Shared<1, 1>) -> (Tensor<1, 4>, Scalar, Scalar) {
        let mut h15 = x8;
        let mut r16 = zeros([3]);
        let w17 = param([2, 2, 2], xavier_uniform());
        let mut r18 = w17;
        let w20 = param([2], uniform(-0.5, 0.5));
        for t19 in (0..2).rev() {
            let v21 = (w20 * (0.25 * t19 - 0.3));
            let v22 = full([1, 1], 0.4123).prelu(init = constant(0.1));
            h15 = 0.5 * h15 + (v22 + zeros([1, 4]));
            r16[t19 + 1] = v22.reshape([]);
            r18[t19] = (v21 + zeros([2, 2]));
        }
        let v26 = h15.log_softmax().negative_log_likelihood(i25);
        let v28 = s27.bidirectional(rnn(2), rnn(2, reverse = true));
        let v29 = block1(r16);
        let v30 = arange(3).flatten(from = 0);
        let v31 = v30.block1();
        let v32 = block1(zeros([3]));
        let v33 = v26.mean(keep = true);
        let v34 = (v33 + v32 + v31 + v29);
        (v28, v34, v33)
    }
}
