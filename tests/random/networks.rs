//! Random networks, as the generator of the compiler's own tests makes them.

use crate::agrees::network_case;

network_case! {
    every batch; seed_0: Random {
        loss(reals indices) + loss_and_grad
    }
    pub struct Random;

    fn block1(x2: Tensor<2, 2>) -> (Tensor<2, 2>, Tensor<2, 2, 2>) {
        let v3 = stack([x2, x2]);
        let v4 = ((x2.square() + 0.3)).log();
        (v4, v3)
    }

    #[gradient(evaluation)]
    pub fn loss(&self, s6: Shared<2>, i13: Index<2, 3>) -> Scalar {
        let v7 = s6.exp();
        let (v8, v9) = block1(((v7 + zeros([2, 2])) * 0.5));
        let v12 = s6.leaky_relu(0.25);
        let v14 = i13.embedding(2);
        let v15 = v14.mean_pool();
        let v16 = v9.depthwise_conv([3, 1], stride = [2, 1], pad = [[3, 0], [0, 0]], dilation = 1, multiplier = 2);
        let (v17, v18) = block1((v12 + zeros([2, 2])));
        let v19 = (v18.square().sum() + v17.sum() + v16.tanh().sum() + v15);
        v19
    }
}

network_case! {
    every batch; seed_1: Random {
        loss(reals indices reals reals reals) + loss_and_grad
    }
    pub struct Random;

    #[recompute]
    fn block1(x2: Tensor<3>, x3: Tensor<2, 5>) -> Tensor<3> {
        let v4 = x3.flatten().slice(0, 2, 5).reshape([3]).min(x2);
        v4
    }

    #[gradient(evaluation)]
    pub fn loss(&self, x5: Tensor<1, 3>, i10: Index<3, 1>, x17: Tensor<3>, x20: Tensor<2, 5>, x26: Tensor<1>) -> (Scalar, Scalar) {
        let v6 = x5.relu();
        let v7 = v6.adaptive_mean_pool([1, 3]);
        let v8 = v7.slice(0, 0, 1);
        let v9 = v7.smooth_l1(x5, beta = 0.4321);
        let v11 = (v8.log_softmax().negative_log_likelihood(i10, ignore = 0.0) * 0.5);
        let mut h12 = (v11 * 0.25);
        let mut h13 = x5;
        for t15 in 0..2 {
            (h12, h13) = (0.5 * h12 + (h12 * 0.5), 0.5 * h13 + ((h12 + zeros([1, 3])) * 0.5));
        }
        let v21 = block1(x17, x20);
        let v22 = v9;
        let y23 = (v22.sin() + v22.square()).sum();
        let v24 = (y23.laplacian(v22) * 0.25);
        let v25 = v21.block1(x20);
        let v27 = x26.reshape([1, 1]).adaptive_mean_pool(1);
        let v28 = v24.min_over();
        let v29 = v28.stop_gradient();
        let v30 = (v29 + v27.sum() + v25.square().sum() + h13.sum());
        (v30, v29)
    }
}

network_case! {
    every batch; seed_2: Random {
        loss(reals) + loss_and_grad
    }
    pub struct Random;

    #[recompute]
    fn block1(x2: Tensor<5, 2>) -> Tensor<5, 2> {
        let v4 = (x2.batch_sum() * 0.0625);
        v4
    }

    #[gradient(evaluation)]
    pub fn loss(&self, x13: Tensor<5, 2>) -> Scalar {
        let v12 = block1(full([5, 2], 0.21230000000000002));
        let v14 = block1(x13);
        let v15 = dense(7)(v12);
        let v16 = (v15.tanh().sum() + v14.tanh().sum());
        v16
    }
}

network_case! {
    every batch; seed_3: Random {
        loss(reals reals indices reals) / loss_in_training + loss_and_grad_in_evaluation / loss_and_grad_in_training
    }
    pub struct Random;

    fn block1(x4: Tensor<1>) -> Tensor<3> {
        let v5 = x4;
        let v9 = x4.rnn_cell(v5, 1);
        let v11 = v9.pad(0, 1, 1);
        v11
    }

    #[gradient(evaluation)]
    pub fn loss(&self, x12: Tensor<1, 2>, x13: Tensor<3>, i24: Index<2, 3>, x38: Tensor<3, 2>) -> Scalar {
        let v14 = x13.l2();
        let mut h15 = x13;
        let b16 = buffer([2], normal(0.5));
        for t17 in 0..2 {
            let v18 = b16.at(t17);
            let v19 = x12.at(t17, axis = 1);
            let v20 = h15.dropout(0.25);
            let v21 = (if v19.size(0) == 1 { v19 } else { v20.flatten().slice(0, 1, 2).reshape([1]) });
            let mut h22 = v18;
            let mut h23 = (v21 * 0.5);
            let mut h25 = i24.number();
            for t27 in 0..2 {
                let v29 = (v19 + zeros([2, 2, 2])).at(t27);
                let v30 = (v14 * h22);
                (h22, h23, h25) = (v30.tanh(), 0.5 * h23 + (h25.flatten().slice(0, 0, 1).reshape([1]) * 0.5), 0.5 * h25 + (v29.flatten().slice(0, 1, 4).reshape([3]) * 0.5));
            }
            h15 = (h23 + zeros([3]));
        }
        let v33 = h15;
        let y34 = v33.silu();
        let v35 = (y34.jacobian(v33) * 0.25);
        let mut h36 = h15;
        let mut h37 = (v35 * 0.25);
        let mut r39 = zeros([2]);
        for t40 in 1..2 {
            let v41 = x38.at(t40, axis = 1);
            let v42 = elu(h36, alpha = 0.5);
            let v43 = x13.slice(0, 0, 1);
            (h36, h37) = (0.5 * h36 + ((v43 + zeros([3])) * 0.5), 0.5 * h37 + ((v41 + zeros([3, 3])) * 0.5));
            r39[t40] = v42.flatten().slice(0, 0, 1).reshape([]);
        }
        let w44 = param([2, 8], xavier_uniform());
        let (v45, v46) = lstm_states(w44, h36.flatten().pad(0, 4, 9).reshape([8, 2]), b16, h37.flatten().slice(0, 1, 3).reshape([2]), false);
        let w47 = param([1], constant(0.5));
        let v48 = w47.block1();
        let v49 = block1(w47);
        let v50 = (v49.squared_error(x13) + v48.sum() + v46.tanh().sum() + v45.sum());
        v50
    }
}

network_case! {
    every batch; seed_4: Random {
        entry14(reals) / entry14_in_training
        loss(reals indices reals indices reals reals reals) / loss_in_training + loss_and_grad_in_evaluation / loss_and_grad_in_training
    }
    pub struct Random;

    fn block1(x3: Tensor<1, 4>, i5: Index<3>) -> (Scalar, Scalar) {
        let v4 = x3.softmax().kl_divergence(full([1, 4], 0.21230000000000002).softmax());
        let w6 = param([3], zeros());
        let v7 = w6.gather(i5);
        (v4, v7)
    }

    fn block8(x10: Tensor<5, 3, 4>, i11: Index<3>) -> Scalar {
        let (v12, v13) = block1(x10.flatten().slice(0, 0, 4).reshape([1, 4]), i11);
        v13
    }

    pub fn entry14(&self, x17: Tensor<2, 2>) -> Tensor<2, 2> {
        let v18 = x17.transpose(0, -1);
        let v19 = (if training() { v18 } else { full([2, 2], 1.1123) });
        let v21 = v18.causal_mask().softmax();
        let mut h22 = v19;
        let mut h23 = v19;
        let b32 = buffer([1], constant(1.0));
        for t24 in 0..2 {
            let v25 = v18.at(t24);
            let mut h26 = v21;
            let mut h27 = h22;
            for t29 in (0..2).rev() {
                let v33 = b32.slice(axis = 0, from = 0, to = 1);
                h26 = 0.5 * h26 + ((v33 + zeros([2, 2])) * 0.5);
                h27 = 0.5 * h27 + (h26 * 0.5);
            }
            (h22, h23) = (0.5 * h22 + ((v25 + zeros([2, 2])) * 0.5), 0.5 * h23 + (h27 * 0.5));
        }
        h22
    }

    #[gradient(evaluation)]
    pub fn loss(&self, x37: Scalar, i40: Index<4, 3>, s41: Shared<4, 1>, i44: Index<3>, x52: Tensor<1, 2>, x53: Tensor<2, 5>, x55: Tensor<1, 1>) -> Scalar {
        let v38 = x37.reshape([1, 1]).mean_pool();
        let b39 = buffer([2, 1], constant(1.0));
        b39.update(b39 + 0.25 * ((v38 + zeros([2, 1])).batch_sum() / batch_size() - b39));
        let v42 = s41.gather(i40);
        let v43 = b39.stop_gradient();
        let v45 = b39.flatten().pad(0, 48, 10).reshape([5, 3, 4]).block8(i44);
        let mut h46 = v42;
        let mut h47 = v45;
        let mut r48 = zeros([3]);
        for t49 in 0..2 {
            let v50 = h46.stop_gradient().less_equal(h46.stop_gradient());
            let v54 = x52.matmul(x53);
            (h46, h47) = ((h47 + zeros([3, 1])).tanh(), 0.5 * h47 + (v54.flatten().slice(0, 0, 1).reshape([]) * 0.25));
            r48[t49 + 1] = v50.flatten().slice(0, 0, 1).reshape([]);
        }
        let v56 = h46.flatten().slice(0, 0, 2).reshape([1, 2]).encoder_layer(mask = x55.greater_equal(0.203075), heads = 2, hidden = 3, epsilon = 0.01, norm_first = true);
        let v57 = v43.min(-0.31229999999999997);
        let mut h58 = (v56 * 0.25);
        for t59 in (0..1).rev() {
            let v60 = h47.reshape([1]).standardise(epsilon = 0.01);
            h58 = 0.5 * h58 + ((v60 + zeros([1, 2])) * 0.25);
        }
        let v64 = (h58.sum() + v57.square().sum() + r48.sum());
        v64
    }
}

network_case! {
    every batch; seed_5: Random {
        entry12(indices indices indices) + entry12_and_grad
        loss(indices reals reals reals reals indices) + loss_and_grad
    }
    pub struct Random;

    #[recompute]
    fn block1(i3: Index<3, 2>) -> Tensor<2> {
        let b4 = buffer([6], normal(0.5));
        let v5 = gru_step((full([1], 1.3123) + zeros([6])), b4, i3.number());
        v5
    }

    fn helper6(&self, i8: Index<3, 2>, x10: Tensor<3, 4, 3>) -> (Tensor<2>, Tensor<3, 4, 3>) {
        let v9 = block1(i8);
        let v11 = (if x10.size(0) == 4 { x10 } else { x10 });
        (v9, v11)
    }

    #[gradient(evaluation)]
    pub fn entry12(&self, i18: Index<3, 2>, i24: Index<3, 2>, i27: Index<3, 2>) -> Scalar {
        let w14 = param([1], zeros());
        let b15 = buffer([4], normal(0.5));
        let (v16, v17) = b15.lstm_step(w14);
        let (v19, v20) = self.helper6(i18, (v17 + zeros([3, 4, 3])));
        let v25 = i24.block1();
        let v26 = v25.at(0);
        let (v28, v29) = self.helper6(i27, v20);
        let v30 = i18.block1();
        let v31 = (v30.mean() + v29.sum() + v28.mean() + v26);
        v31
    }

    #[gradient(evaluation)]
    pub fn loss(&self, i32: Index<3, 2>, x34: Tensor<2>, x39: Tensor<2, 3>, x46: Tensor<2, 4>, x48: Tensor<4>, i52: Index<3, 2>) -> (Scalar, Tensor<3, 4, 3>, Tensor<2>) {
        let v33 = block1(i32);
        let v35 = (if v33.size(0) == 3 { v33 } else { x34 });
        let v36 = block1(i32);
        let mut h37 = (v35 * 0.5);
        let mut h38 = (v36 * 0.5);
        let mut r40 = x39;
        for t41 in 0..1 {
            let v42 = x39.flatten().slice(0, 1, 5).reshape([1, 2, 2]).at(t41);
            let mut h44 = h38;
            let mut h45 = v42;
            let mut h47 = x46;
            for t49 in (1..4).rev() {
                let v51 = h47.smooth_l1(h47);
                same_shape(h38, h37);
                h44 = 0.5 * h44 + (h45.flatten().slice(0, 0, 2).reshape([2]) * 0.5);
                h45 = 0.5 * h45 + (h45 * 0.5);
                h47 = 0.5 * h47 + ((v51 + zeros([2, 4])) * 0.25);
            }
            (h37, h38) = (v42.flatten().slice(0, 0, 2).reshape([2]), h47.flatten().slice(0, 0, 2).reshape([2]).tanh());
            r40[t41 + 1] = x48.flatten().slice(0, 0, 3).reshape([3]);
        }
        let v53 = i52.block1();
        let (v54, v55) = self.helper6(i52, h37.flatten().pad(0, 0, 34).reshape([3, 4, 3]));
        let mut h56 = r40;
        let v58 = noise([4, 3], normal(0.5));
        for t59 in 1..4 {
            let v61 = v58.at(t59);
            h56 = ((v61 + zeros([2, 3]))).tanh();
        }
        let v66 = (h56.squared_error(h56) + v55.sum() + v54.mean() + v53.squared_error(arange(2)));
        (v66, v55, v54)
    }
}

network_case! {
    batches above one; seed_6: Random {
        loss(indices reals reals reals reals) / loss_in_training + loss_and_grad_in_evaluation / loss_and_grad_in_training
    }
    pub struct Random;

    fn block1(i3: Index<3, 3>) -> Tensor<5> {
        let v2 = zeros([5]).hard_sigmoid();
        let w4 = param([3, 2], uniform(-0.5, 0.5));
        let v5 = w4.gather(i3);
        let mut h6 = v2;
        for t7 in (1..2).rev() {
            let v8 = (h6 * (0.25 * t7 - 0.3));
            let (v9, v10, v11) = v5.flatten().pad(0, 0, 3).reshape([3, 3]).lstm_with_state(h = v8.flatten().slice(0, 0, 3).reshape([3]), c = full([3], -1.0123), hidden = 3);
            h6 = v10.flatten().pad(0, 0, 2).reshape([5]);
        }
        h6
    }

    #[recompute]
    fn block14() -> Tensor<2, 2> {
        let v22 = noise([2, 2], uniform(-1.0, 1.0));
        let v23 = v22.decoder_layer(v22, heads = 2, hidden = 2, epsilon = 0.01, norm_first = true);
        v23
    }

    #[gradient(evaluation)]
    pub fn loss(&self, i28: Index<3, 3>, x49: Tensor<4, 2>, x59: Tensor<3, 3>, x62: Tensor<1, 5, 2>, x65: Tensor<2, 2>) -> Scalar {
        let v29 = block1(i28);
        let v30 = v29.batch_norm(epsilon = 0.1);
        let mut h31 = (v30).tanh();
        let w32 = param([1, 2, 2], lecun_uniform());
        let w47 = param([2, 3], he_normal());
        for t33 in (0..1).rev() {
            let v34 = w32.at(t33);
            let v35 = (v34 * (0.25 * t33 - 0.3));
            let v36 = concat([h31], axis = 0);
            let mut h37 = v34;
            let mut h38 = v36;
            let mut r39 = v34;
            let mut r40 = zeros([2]);
            for t41 in 0..2 {
                let v42 = v29.flatten().slice(0, 0, 4).reshape([2, 2]).at(t41);
                let v43 = v42.stop_gradient();
                (h37, h38) = (0.5 * h37 + ((v43 + zeros([2, 2])) * 0.5), v42.flatten().pad(0, 3, 0).reshape([5]));
                r39[t41] = v42;
                r40[t41] = v43.flatten().slice(0, 0, 1).reshape([]);
            }
            let mut h46 = h38;
            let mut r50 = x49;
            r50[0] = v35.flatten().slice(0, 0, 2).reshape([2]);
            let v51 = noise([3, 1], normal(0.5));
            let mut r52 = v51;
            for t53 in (0..3).rev() {
                let v54 = w47.at(t53, axis = 1);
                let v56 = (v51 * 0.5);
                h46 = 0.5 * h46 + v54.flatten().pad(0, 1, 2).reshape([5]);
                r50[t53 + 1] = v56.flatten().slice(0, 0, 2).reshape([2]);
                r52[t53] = h46.flatten().slice(0, 3, 4).reshape([1]);
            }
            h31 = 0.5 * h31 + (h37.flatten().pad(0, 0, 1).reshape([5]) * 0.5);
        }
        let v60 = x59.gather(i28);
        let mut h61 = v60;
        let mut h63 = x62;
        let mut h64 = w32;
        let mut r66 = x65;
        for t67 in 0..2 {
            let v68 = h31.flatten().pad(0, 0, 3).reshape([2, 2, 2]).at(t67);
            let v69 = i28.block1();
            (h61, h63, h64) = (0.5 * h61 + (v69.flatten().pad(0, 1, 3).reshape([3, 3]) * 0.5), 0.5 * h63 + (v69.flatten().pad(0, 5, 0).reshape([1, 5, 2]) * 0.5), v68.reshape([1, 2, 2]).tanh());
            r66[t67] = h61.flatten().slice(0, 0, 2).reshape([2]);
        }
        let v72 = block14();
        let v73 = (v72.square().sum() + r66.mean() + h64.sum() + h63.sum());
        v73
    }
}

network_case! {
    every batch; seed_7: Random {
        loss(indices indices indices indices) + loss_and_grad
    }
    pub struct Random;

    fn block1(i5: Index<2, 2, 2>, x21: Tensor<2, 2>, x26: Tensor<4, 4>, i30: Index<3, 2>) -> (Tensor<2, 2, 2>, Tensor<4, 4>) {
        let mut h3 = full([2, 2], -0.9123);
        let mut r6 = i5.one_hot();
        let w22 = param([2, 2], xavier_normal());
        for t7 in (0..1).rev() {
            let mut h10 = h3;
            let v11 = noise([1], uniform(-1.0, 1.0));
            let mut r13 = zeros([1, 2, 2]);
            for t14 in (0..1).rev() {
                let v15 = v11.at(t14);
                let v17 = (v15 * (0.25 * t14 - 0.3));
                h10 = 0.5 * h10 + (h10 * 0.5);
                r13[t14] = (v17 + zeros([2, 2]));
            }
            takes(w22, "scores");
            h3 = 0.5 * h3 + (h10 * 0.5);
            r6[t7 + 1] = h3;
        }
        let v23 = noise([3, 2, 2], normal(0.5));
        let v24 = concat([v23, r6], axis = 0);
        let mut h25 = (v24 * 0.5);
        let mut h27 = (x26 * 0.5);
        let mut h28 = h3;
        let mut r31 = (x21 + zeros([3, 2, 2]));
        for t32 in (0..3).rev() {
            let v34 = i30.one_hot().at(t32, axis = 1);
            let v35 = (h28 * (0.25 * t32 - 0.3));
            h25 = 0.5 * h25 + (h27.flatten().pad(0, 2, 2).reshape([5, 2, 2]) * 0.5);
            h27 = 0.5 * h27 + (v34.flatten().pad(0, 6, 8).reshape([4, 4]) * 0.5);
            h28 = v35;
            r31[t32] = h27.flatten().slice(0, 0, 4).reshape([2, 2]);
        }
        let v39 = r6.t();
        (v39, h27)
    }

    #[gradient(evaluation)]
    pub fn loss(&self, i40: Index<1, 1>, i44: Index<2, 2, 2>, i46: Index<3, 2>, i58: Index<2, 2, 2>) -> Scalar {
        let v41 = i40.one_hot().flatten();
        let v43 = v41.softmax(0, temperature = 1.75);
        let w45 = param([4, 4], he_normal());
        let (v47, v48) = block1(i44, (v41 + zeros([2, 2])), w45, i46);
        let (v49, v50) = block1(i44, zeros([2, 2]), v48, i46);
        let mut h51 = v43;
        let mut r53 = v49.flatten().slice(0, 0, 3).reshape([1, 3]);
        for t54 in 0..1 {
            h51 = 0.5 * h51 + (h51 * 0.5);
            r53[t54] = (h51 + zeros([3]));
        }
        let b59 = buffer([2, 2], zeros());
        let (v60, v61) = block1(i58, b59, v50, i46);
        let v62 = (v61.tanh().sum() + v60.sum() + r53.sum() + h51.sum());
        v62
    }
}

network_case! {
    every batch; seed_8: Random {
        loss(indices reals reals) / loss_in_training + loss_and_grad_in_evaluation / loss_and_grad_in_training
    }
    pub struct Random;

    fn block1(x2: Tensor<2, 3, 5>, x5: Tensor<3, 2>) -> Tensor<2, 5> {
        let v4 = x2.at(0, axis = 1);
        let mut h6 = (x5 * 0.5);
        let w11 = param([3, 2], he_uniform());
        for t8 in 0..2 {
            takes(w11, "scores");
            h6 = 0.5 * h6 + (h6 * 0.5);
        }
        let b12 = buffer([], constant(1.0));
        b12.update(b12);
        v4
    }

    #[gradient(evaluation)]
    pub fn loss(&self, i22: Index<2, 5>, s27: Shared<2, 3, 5>, x28: Tensor<3, 2>) -> Scalar {
        let w16 = param([5], normal(0.5));
        let v17 = w16;
        let y18 = (v17.sin() + v17.square()).mean();
        let y19 = (y18.grad(v17) * v17.sin()).mean();
        let y20 = (y19.grad(v17) * (v17 * v17.silu())).mean();
        let v21 = (y20.grad(v17) * 0.25);
        let v23 = v17.mask(i22.number()).softmax(axis = 0);
        let v29 = block1(s27, x28);
        let mut h31 = (v21 * 0.25);
        let mut h32 = full([4, 5], 1.3123);
        let w35 = param([], uniform(-0.5, 0.5));
        for t33 in 0..2 {
            let v36 = v17.at(0);
            (h31, h32) = (0.5 * h31 + (v36 + zeros([5])), 0.5 * h32 + (w35 + zeros([4, 5])));
        }
        let v37 = (v21 + v23);
        let v38 = block1(s27, h32.flatten().slice(0, 0, 6).reshape([3, 2]));
        let v39 = (v38.squared_error(v38) + v37.sum() + h31.sum() + v29.at(0).sum());
        v39
    }
}

network_case! {
    every batch; seed_9: Random {
        loss(reals) + loss_and_grad
    }
    pub struct Random;

    #[recompute]
    fn helper1(&self, x4: Tensor<3, 5, 1>, x5: Tensor<2, 5, 1>, x11: Tensor<5, 1>) -> (Tensor<7, 5, 1>, Tensor<2, 1>) {
        let b3 = buffer([1, 5, 1], constant(1.0));
        let v6 = concat([x4, b3, b3, x5], axis = 0);
        let v7 = x5.absolute_difference(x5);
        let w8 = param([1], constant(0.5));
        let v9 = stack([w8, w8]);
        let mut r10 = v6;
        r10[5] = v7.flatten().slice(0, 3, 8).reshape([5, 1]);
        r10[1] = x11;
        let mut h12 = (r10).tanh();
        let mut h13 = v9;
        for t14 in (1..4).rev() {
            h12 = 0.5 * h12 + (h12 * 0.5);
            h13 = h12.flatten().slice(0, 0, 2).reshape([2, 1]).tanh();
        }
        (h12, h13)
    }

    #[gradient(evaluation)]
    pub fn loss(&self, x20: Tensor<1>) -> (Scalar, Tensor<2, 1>) {
        let v21 = x20.reshape([1, 1, 1]).global_mean_pool();
        let v22 = (v21.batch_sum() * 0.0625);
        let v23 = noise([5, 1], uniform(-1.0, 1.0));
        let (v24, v25) = self.helper1((v22 + zeros([3, 5, 1])), full([2, 5, 1], 1.0123), v23);
        let v26 = v24.global_max_pool();
        let (v27, v28) = self.helper1((v21 + zeros([3, 5, 1])), (v21 + zeros([2, 5, 1])), v23);
        let v29 = (v28.square().sum() + v27.sum() + v26.sum() + v25.sum());
        (v29, v28)
    }
}

network_case! {
    every batch; seed_10: Random {
        loss(reals reals indices reals reals) / loss_in_training + loss_and_grad_in_evaluation / loss_and_grad_in_training
    }
    pub struct Random;

    #[gradient(evaluation)]
    pub fn loss(&self, x1: Tensor<2, 1, 2>, x2: Tensor<2>, i4: Index<2, 3, 4, 5>, x10: Tensor<3, 2, 2>, x16: Tensor<3, 2>) -> (Scalar, Tensor<3, 2>) {
        let w3 = param([3, 4, 2], xavier_normal());
        let v5 = (w3.matmul(x2.flatten().pad(0, 8, 0).reshape([2, 5])) + i4.number()).relu();
        let mut h6 = w3;
        let mut h7 = (v5).tanh();
        let mut h8 = x1;
        let w9 = param([3], uniform(-0.5, 0.5));
        let mut r11 = x10;
        for t12 in 0..3 {
            let v13 = w9.at(t12);
            let v15 = v13.reshape([1, 1]).mean_pool();
            (h6, h7, h8) = (0.5 * h6 + (h8.flatten().pad(0, 5, 15).reshape([3, 4, 2]) * 0.5), 0.5 * h7 + (h8.flatten().pad(0, 9, 47).reshape([3, 4, 5]) * 0.5), 0.5 * h8 + (h6.flatten().slice(0, 0, 4).reshape([2, 1, 2]) * 0.5));
            r11[t12] = (v15 + zeros([2, 2]));
        }
        let v17 = h8.flatten().pad(0, 0, 2).reshape([3, 2]).decoder_layer(x16, heads = 2, hidden = 2, epsilon = 0.01, causal = false);
        let mut h19 = h6;
        let w20 = param([3, 3], lecun_uniform());
        let mut r21 = zeros([4, 3]);
        let mut r22 = r11;
        for t23 in 0..3 {
            let v25 = w20.at(t23, axis = 1);
            let [v28, v29] = full([1, 4], 0.5123).split(2);
            h19 = 0.5 * h19 + (h19 * 0.5);
            r21[t23 + 1] = v28.flatten().pad(0, 1, 0).reshape([3]);
            r22[t23] = v25.flatten().pad(0, 0, 1).reshape([2, 2]);
        }
        let b30 = buffer([3], constant(1.0));
        let w31 = param([3], normal(0.5));
        b30.update(w31);
        let v32 = (r22.square().sum() + r21.sum() + h19.at(0).sum() + v17.sum());
        (v32, v17)
    }
}

network_case! {
    every batch; seed_11: Random {
        entry14(reals indices indices reals) + entry14_and_grad
        loss(reals reals reals reals reals indices reals) + loss_and_grad
    }
    pub struct Random;

    fn helper1(&self, x3: Scalar, i12: Index<2>) -> (Scalar, Tensor<3, 3>) {
        let v4 = x3.l2();
        let mut h5 = (v4 * 0.25);
        let v6 = noise([3, 2], normal(0.5));
        let mut r7 = zeros([3, 3]);
        for t8 in 0..3 {
            let v9 = v6.at(t8);
            let v10 = (v9 * (0.25 * t8 - 0.3));
            let v11 = noise([], normal(0.5));
            let v13 = v11.sigmoid().binary_cross_entropy(i12);
            h5 = (v10.flatten().slice(0, 0, 1).reshape([])).tanh();
            r7[t8] = (v13 + zeros([3]));
        }
        (h5, r7)
    }

    #[gradient(evaluation)]
    pub fn entry14(&self, x15: Tensor<2, 1, 3>, i25: Index<2>, i30: Index<2>, x34: Tensor<3>) -> (Tensor<3, 3>, Tensor<3, 3>, Scalar) {
        let w16 = param([], constant(0.5));
        let mut h18 = x15;
        let b19 = buffer([2], normal(0.5));
        let mut r20 = zeros([3, 3]);
        for t21 in (0..2).rev() {
            let v22 = b19.at(t21);
            let v26 = (v22 + zeros([3, 2, 2])).gather(i25);
            let [v28, v29] = v26.split(2);
            r20[t21 + 1] = v28.flatten().pad(0, 0, 1).reshape([3]);
        }
        let (v31, v32) = self.helper1(w16, i30);
        let mut r33 = v32;
        r33[1] = x34;
        r33[0] = x34;
        let v35 = (r33.sum() + v31 + r20.sum() + h18.tanh().sum());
        (r33, r20, v35)
    }

    #[gradient(evaluation)]
    pub fn loss(&self, x36: Tensor<1, 5, 3>, s38: Shared<2, 2, 4>, s49: Shared<1>, x58: Tensor<4, 1>, x64: Tensor<5, 2, 3>, i71: Index<1, 2>, s78: Shared<1, 3, 2>) -> Scalar {
        let mut h37 = x36;
        let mut r39 = s38.flatten().slice(0, 0, 2).reshape([2]);
        let mut r40 = zeros([3]);
        let b41 = buffer([], constant(1.0));
        r40[0] = b41;
        let w44 = param([1, 2, 4], lecun_uniform());
        for t42 in (0..2).rev() {
            let v43 = zeros([2, 2, 2]).at(t42);
            let v45 = concat([w44, h37.flatten().pad(0, 1, 0).reshape([2, 2, 4]), w44, s38], axis = 0);
            let mut h48 = v43;
            let mut r50 = zeros([2, 2]);
            for t51 in 0..2 {
                let v52 = (s49 + zeros([2, 2])).at(t51, axis = 1);
                h48 = 0.5 * h48 + (h48 * 0.5);
                r50[t51] = v52;
            }
            h37 = r50.flatten().pad(0, 6, 5).reshape([1, 5, 3]);
            r39[t42] = h48.flatten().slice(0, 0, 1).reshape([]);
            r40[t42 + 1] = v45.flatten().slice(0, 0, 1).reshape([]);
        }
        let mut h57 = r39;
        let mut r59 = x58;
        for t60 in 1..4 {
            let mut h62 = h57;
            let mut h63 = r39;
            let mut r65 = x58;
            for t66 in (1..4).rev() {
                let v68 = (h63 * (0.25 * t66 - 0.3));
                let mut r70 = r40;
                r70[2] = b41;
                r70[1] = x64.flatten().slice(0, 0, 1).reshape([]);
                let v72 = full([1, 2], 0.6123).gather(i71);
                h62 = 0.5 * h62 + v72.flatten().slice(0, 2, 4).reshape([2]);
                h63 = v68.tanh();
                r65[t66] = v72.flatten().slice(0, 1, 2).reshape([1]);
            }
            h57 = 0.5 * h57 + (h63 * 0.5);
            r59[t60] = h57.flatten().slice(0, 0, 1).reshape([1]);
        }
        let mut h79 = s78;
        let mut h80 = x58;
        let v81 = noise([3], normal(0.5));
        let mut r82 = v81.flatten().pad(0, 1, 0).reshape([4]);
        for t83 in 1..4 {
            let v85 = h37.multiply_no_nan(h37);
            h80 = 0.5 * h80 + (v85.flatten().slice(0, 0, 4).reshape([4, 1]) * 0.25);
            r82[t83] = v85.flatten().slice(0, 0, 1).reshape([]);
        }
        let v88 = h57.flatten().pad(0, 4, 0).reshape([2, 3]).lstm(hidden = 3, bias = false);
        let v89 = (v88.square().sum() + r82.squared_error(r82) + h80.square().sum() + h79.square().sum());
        v89
    }
}

network_case! {
    every batch; seed_12: Random {
        entry10(reals reals reals reals) / entry10_in_training + entry10_and_grad_in_evaluation / entry10_and_grad_in_training
        loss(reals reals reals indices) / loss_in_training + loss_and_grad_in_evaluation / loss_and_grad_in_training
    }
    pub struct Random;

    fn block1() -> Tensor<4> {
        let v3 = noise([4], normal(0.5));
        let v4 = (if v3.size(0) == 4 { v3 } else { v3 });
        let v5 = (v4 - v4);
        let v6 = (-0.8123 * v5);
        v6
    }

    #[gradient(evaluation)]
    pub fn entry10(&self, x11: Tensor<5>, x14: Tensor<1, 2, 1, 2>, x19: Scalar, x39: Tensor<1, 7, 2, 1>) -> Scalar {
        let v12 = x11.sum();
        let v13 = dense(v12.reshape([1]), 7, init = he_normal());
        let w18 = param([], zeros());
        let mut h21 = x14;
        let w27 = param([3, 2, 2], uniform(-0.5, 0.5));
        for t22 in 0..4 {
            let mut h24 = x14;
            let mut r28 = w27;
            r28[0] = (w18 + zeros([2, 2]));
            let mut r29 = w27;
            for t30 in 0..2 {
                let v33 = ones([3, 1]).split_heads(1);
                h24 = 0.5 * h24 + (h24 * 0.5);
                r28[t30 + 1] = h24.reshape([2, 2]);
                r29[t30 + 1] = v33.flatten().pad(0, 0, 1).reshape([2, 2]);
            }
            let v35 = h24.dropout(0.25);
            h21 = 0.5 * h21 + (v35 * 0.25);
        }
        let w36 = param([], zeros());
        let v37 = ((w36.softplus() * x19).mean().per_example_grad(w36)).tanh();
        let v38 = block1();
        let v40 = (v13.reshape([7, 1, 1]).convolve(x39, stride = 1, pad = [[2, 1], [0, 0]], dilation = 1, groups = 1)).tanh();
        let b41 = buffer([2, 4], normal(0.5));
        let w42 = param([2, 4], normal(0.5));
        b41.update(w42);
        let v43 = (if v40.size(0) == 1 { v40 } else { v40 });
        let v44 = block1();
        let v45 = (v44.squared_error(v38) + v43.mean() + v38.sum() + v37);
        v45
    }

    #[gradient(evaluation)]
    pub fn loss(&self, x46: Tensor<4, 3>, x57: Scalar, x58: Tensor<2, 1>, i62: Index<2, 4>) -> Scalar {
        let b47 = buffer([2, 2], constant(1.0));
        let mut h48 = b47;
        let mut h49 = x46;
        let w50 = param([2], zeros());
        let mut h51 = w50;
        let mut r52 = zeros([3, 2]).flatten().slice(0, 0, 3).reshape([3]);
        for t53 in (1..3).rev() {
            let v54 = ones([3, 2]).at(t53);
            (h48, h49, h51) = ((h51 + zeros([2, 2])).tanh(), 0.5 * h49 + (h51.flatten().pad(0, 3, 7).reshape([4, 3]) * 0.5), 0.5 * h51 + (h48.flatten().slice(0, 0, 2).reshape([2]) * 0.5));
            r52[t53] = v54.flatten().slice(0, 0, 1).reshape([]);
        }
        let v56 = block1();
        let v59 = (w50 + zeros([2, 2])).scaled_dot_product_attention(h48, (x57 + zeros([2, 2])), mask = x58, dropout = 0.25);
        let v60 = (h49.squared_error(h49) * 0.03125);
        let v61 = v59.l1();
        let v63 = v56.mask(i62.number()).softmax();
        let v64 = (v63.mean() + v61 + v60 + r52.at(0).sum());
        v64
    }
}

network_case! {
    every batch; seed_13: Random {
        loss(reals reals) + loss_and_grad
    }
    pub struct Random;

    #[recompute]
    fn block1() -> Tensor<1> {
        let w4 = param([2], normal(0.5));
        let v7 = w4.gru_cell(arange(1), 1);
        v7
    }

    #[gradient(evaluation)]
    pub fn loss(&self, x8: Tensor<3>, x12: Tensor<2>) -> Scalar {
        let v10 = x8.flatten().slice(0, 0, 2).reshape([1, 2]).lstm(hidden = 2, bias = false);
        let (v13, v14, v15) = full([1, 1], 0.21230000000000002).lstm_with_state(h = v10.reshape([2]), c = x12, hidden = 2);
        let v16 = block1();
        let v17 = v13.reshape([1, 1, 2]).global_max_pool();
        let v18 = block1();
        let v19 = (v18.sum() + v17.sum() + v16.mean() + v15.sum());
        v19
    }
}

network_case! {
    every batch; seed_14: Random {
        entry13(reals) + entry13_and_grad
        loss(reals reals) + loss_and_grad
    }
    pub struct Random;

    fn block1(x7: Tensor<4>) -> Scalar {
        let v8 = x7.norm();
        v8
    }

    #[recompute]
    fn block9(x11: Tensor<1, 4, 1>) -> Tensor<1, 4, 1> {
        let v12 = x11.adaptive_max_pool([4, 1]);
        v12
    }

    #[gradient(evaluation)]
    pub fn entry13(&self, x17: Tensor<2>) -> (Scalar, Scalar, Tensor<4, 3>) {
        let v15 = block1(full([4], -1.4122999999999999));
        let v16 = full([4, 3], 0.4123).gru(h = (v15 + zeros([3])), hidden = 3);
        let v19 = block9(x17.flatten().pad(0, 2, 0).reshape([1, 4, 1]));
        let w20 = param([1], uniform(-0.5, 0.5));
        let v21 = w20.stop_gradient().sign();
        let mut h22 = v16;
        let mut r23 = zeros([3]);
        for t24 in 0..3 {
            let v25 = (v21 + zeros([3, 2, 2])).at(t24);
            h22 = 0.5 * h22 + (v25.flatten().pad(0, 1, 7).reshape([4, 3]) * 0.5);
            r23[t24] = v25.flatten().slice(0, 0, 1).reshape([]);
        }
        let w30 = param([4], zeros());
        let v31 = w30.block1();
        let v32 = concat([r23], axis = 0);
        let v33 = v32.binary_cross_entropy_with_logits(v19.flatten().slice(0, 0, 3).reshape([3]).sigmoid());
        let v34 = (v33 + v31 + h22.squared_error(h22));
        (v34, v31, h22)
    }

    #[gradient(evaluation)]
    pub fn loss(&self, x35: Tensor<2, 5>, x36: Tensor<3>) -> Scalar {
        let mut r37 = x36;
        r37[0] = x35.flatten().slice(0, 3, 4).reshape([]);
        let v38 = noise([2], normal(0.5));
        let (v39, v40, v41) = self.entry13((v38).tanh());
        let v42 = (v40.squared_error(ones([])) * 0.125);
        let v43 = (v42 + v41.sum() + v39 + r37.sum());
        v43
    }
}

network_case! {
    every batch; seed_15: Random {
        loss(reals reals reals reals reals indices indices reals) + loss_and_grad
    }
    pub struct Random;

    fn block1(x4: Tensor<3, 1>, x6: Tensor<3, 3>, i15: Index<9>) -> Tensor<3, 3> {
        let w2 = param([5], normal(0.5));
        let mut h3 = w2;
        let mut r5 = (x4 + zeros([3, 3]));
        let mut r7 = x6;
        let w13 = param([2], constant(0.5));
        for t8 in 0..3 {
            let v9 = x4.at(t8);
            let v10 = w2.flatten().pad(0, 3, 1).reshape([3, 3]).at(t8);
            let v12 = v9.max_pool1d(1, stride = 1, pad = [0, 0]);
            let v14 = concat([v12, w13], axis = 0);
            same_classes(x6.reshape([9]), i15);
            h3 = 0.5 * h3 + (v14.flatten().pad(0, 2, 0).reshape([5]) * 0.25);
            r5[t8] = v14;
            r7[t8] = v10;
        }
        r5
    }

    #[gradient(evaluation)]
    pub fn loss(&self, x18: Scalar, x19: Tensor<4>, x21: Tensor<2, 5>, x23: Tensor<1, 5>, x28: Tensor<2>, i50: Index<2>, i56: Index<9>, x59: Tensor<2, 3>) -> (Tensor<3, 3>, Scalar) {
        let mut h20 = x19;
        let mut h22 = x21;
        for t24 in 1..5 {
            let v25 = x23.at(t24, axis = 1);
            let mut h26 = h20;
            let mut h27 = x18;
            let mut r29 = h22.flatten().slice(0, 1, 9).reshape([2, 2, 2]);
            let mut r30 = zeros([2, 3]);
            for t31 in 0..2 {
                let v33 = (x28 * (0.25 * t31 - 0.3));
                let v34 = concat([h26.flatten().slice(0, 1, 3).reshape([2]), x28], axis = 0);
                let v35 = (h27 + zeros([2])).multiply_no_nan(v33);
                let v36 = v33.huber(v34.flatten().slice(0, 0, 2).reshape([2]), delta = 0.4321);
                h26 = 0.5 * h26 + (v35.flatten().pad(0, 0, 2).reshape([4]) * 0.5);
                h27 = v35.flatten().slice(0, 0, 1).reshape([]);
                r29[t31] = (v33 + zeros([2, 2]));
                r30[t31] = (v36 + zeros([3]));
            }
            let mut h37 = h27;
            let mut h38 = r29;
            let mut r40 = zeros([3, 1]);
            r40[0] = v25;
            let mut r41 = zeros([2, 2]);
            for t42 in 0..2 {
                let v44 = full([1, 4, 2], -1.4122999999999999).pixel_unshuffle(2);
                let v45 = stack([h38]);
                (h37, h38) = (0.5 * h37 + (v45.flatten().slice(0, 0, 1).reshape([]) * 0.5), (h37 + zeros([2, 2, 2])).tanh());
                r40[t42 + 1] = v44.flatten().slice(0, 0, 1).reshape([1]);
                r41[t42] = v45.flatten().slice(0, 0, 2).reshape([2]);
            }
            h20 = h26.tanh();
            h22 = r41.flatten().pad(0, 1, 5).reshape([2, 5]).tanh();
        }
        let mut h48 = h20;
        let mut h49 = h22;
        for t51 in 0..2 {
            let v52 = (i50.number() + zeros([2, 2])).at(t51);
            h48 = 0.5 * h48 + (h49.flatten().slice(0, 0, 4).reshape([4]) * 0.5);
            h49 = 0.5 * h49 + (v52.flatten().pad(0, 6, 2).reshape([2, 5]) * 0.5);
        }
        let v55 = concat([h22, h49.flatten().slice(0, 0, 2).reshape([2, 1])], axis = 1);
        let v57 = block1(v55.flatten().slice(0, 6, 9).reshape([3, 1]), h48.flatten().pad(0, 1, 4).reshape([3, 3]), i56);
        let v60 = x59.gather(i50);
        let v61 = x59.reshape([1, 2, 3]).conv(8, 3, pad = 2).conv(24, 1).conv(25, 1).conv(8, 3, stride = 1, pad = 1).mean(axis = 0).tanh();
        let w62 = param([4, 5], lecun_normal());
        let v63 = concat([w62.flatten().slice(0, 0, 3).reshape([3, 1]), v57], axis = 1);
        let v64 = block1((zeros([1]) + zeros([3, 1])), (v60 + zeros([3, 3])), i56);
        let v65 = (v64.sum() + v63.sum() + v61.squared_error(w62));
        (v64, v65)
    }
}

network_case! {
    every batch; seed_16: Random {
        loss(reals reals reals reals reals) + loss_and_grad
    }
    pub struct Random;

    #[recompute]
    fn block8(x10: Tensor<2, 1>) -> Tensor<2, 1, 2, 1> {
        let v11 = x10;
        let y12 = v11.silu();
        let v13 = (y12.jacobian(v11) * 0.25);
        v13
    }

    #[gradient(evaluation)]
    pub fn loss(&self, x21: Tensor<3, 5>, s23: Shared<1>, x24: Tensor<3>, x27: Tensor<3, 2>, x28: Tensor<2>) -> (Scalar, Tensor<1>) {
        let v22 = x21.flatten().slice(0, 0, 2).reshape([2, 1]).block8();
        let v25 = gru_step((s23 + zeros([3])), x24, s23);
        let v26 = v22.upsample_nearest(2);
        let v29 = (x24.matmul(x27) + x28);
        let v30 = (v29.sum() + v26.sum() + v25.mean());
        (v30, v25)
    }
}

network_case! {
    every batch; seed_17: Random {
        loss(indices indices) + loss_and_grad
    }
    pub struct Random;

    #[recompute]
    fn block1() -> Tensor<1, 3> {
        let v5 = noise([1, 3], uniform(-1.0, 1.0));
        let v9 = v5;
        let y10 = v9.tanh().mean();
        let v11 = (y10.grad(v9) * 0.25);
        v11
    }

    fn block12(x14: Tensor<2, 2>, i23: Index<2, 4>) -> Tensor<4, 2> {
        let v15 = block1();
        let mut h16 = (x14 * 0.5);
        let mut h17 = (v15 * 0.25);
        let b18 = buffer([], constant(1.0));
        let mut h19 = b18;
        let w21 = param([3, 1], constant(0.5));
        let mut r22 = zeros([4]);
        let mut r24 = i23.one_hot();
        let w25 = param([2], constant(0.5));
        r24[0] = w25;
        for t26 in 0..3 {
            let v28 = w21.at(t26);
            let v29 = h17.relu();
            h16 = 0.5 * h16 + (h16 * 0.5);
            h17 = 0.5 * h17 + (v29 * 0.5);
            h19 = 0.5 * h19 + v28.reshape([]);
            r22[t26 + 1] = h19;
            r24[t26 + 1] = v29.flatten().slice(0, 0, 2).reshape([2]);
        }
        r24
    }

    #[gradient(evaluation)]
    pub fn loss(&self, i41: Index<2, 2, 2>, i42: Index<2, 4>) -> (Scalar, Tensor<1, 3>) {
        let v39 = block1();
        let v40 = block1();
        let v43 = block12(i41.number(), i42);
        let v44 = block1();
        let v45 = (v44.sum() + v43.square().sum() + v40.mean() + v39.sum());
        (v45, v40)
    }
}

network_case! {
    every batch; seed_18: Random {
        loss(reals) / loss_in_training + loss_and_grad_in_evaluation / loss_and_grad_in_training
    }
    pub struct Random;

    #[recompute]
    fn block1() -> Tensor<1> {
        let w2 = param([2, 2], lecun_normal());
        let v3 = w2.feed_forward(1, dropout = 0.25);
        let v4 = v3.at(0, axis = 1);
        let v5 = v4.at(0);
        let v6 = concat([v5.reshape([1])], axis = 0);
        let v7 = concat([v6], axis = 0);
        v7
    }

    #[recompute]
    fn helper8(&self, x9: Tensor<2, 1>) -> (Tensor<2>, Tensor<1>) {
        let (v11, v12, v13) = x9.lstm_with_state(hidden = 2);
        let v14 = block1();
        (v13, v14)
    }

    #[gradient(evaluation)]
    pub fn loss(&self, x16: Tensor<1, 3>) -> (Tensor<1>, Scalar, Tensor<1>) {
        let v15 = block1();
        let v17 = x16;
        let y18 = v17.silu().sum();
        let v19 = (y18.hessian(v17) * 0.25);
        let w21 = param([2, 128], zeros());
        let v23 = block1();
        let v24 = v15.prelu(init = constant(0.1));
        let (v25, v26) = self.helper8(w21.flatten().slice(0, 63, 65).reshape([2, 1]));
        let v27 = ((v19.matmul((v26 + zeros([3, 5]))) + (v26 + zeros([1, 3, 1, 5]))).relu()).tanh();
        let v28 = (v27.sum() + v25.tanh().sum() + v24.sum() + v23.at(0).sum());
        (v24, v28, v23)
    }
}

network_case! {
    every batch; seed_19: Random {
        loss(reals reals indices indices indices) + loss_and_grad
    }
    pub struct Random;

    #[recompute]
    fn block1(x3: Tensor<3, 4>, i4: Index<3, 2, 4>) -> Tensor<5, 4> {
        let v5 = concat([i4.number(), x3], axis = 0);
        let v6 = softplus(v5);
        v6
    }

    #[recompute]
    fn block10(i17: Index<3, 2, 4>) -> Tensor<5, 4> {
        let w13 = param([3, 4], xavier_uniform());
        let v18 = block1(w13, i17);
        v18
    }

    #[gradient(evaluation)]
    pub fn loss(&self, x19: Tensor<5>, x22: Tensor<3, 4>, i23: Index<3, 2, 4>, i25: Index<3, 2, 4>, i27: Index<3, 2, 4>) -> (Scalar, Tensor<5, 4>, Tensor<5, 4>) {
        let v29 = x19.rms_norm(axes = 1, affine = false, epsilon = 0.01);
        let v32 = x22.block1(i27);
        let v33 = i25.block10();
        let v34 = i23.block10();
        let v35 = v29;
        let y36 = v35.silu().mean();
        let v37 = (y36.grad(v35) * 0.25);
        let mut h38 = (v34 * 0.5);
        let w39 = param([3], uniform(-0.5, 0.5));
        for t40 in 0..3 {
            let v41 = w39.at(t40);
            let v42 = (v41 * (0.25 * t40 - 0.3));
            h38 = 0.5 * h38 + (v42 + zeros([5, 4]));
        }
        let v45 = (h38.sum() + v37.square().sum() + v33.sum() + v32.sum());
        (v45, h38, v32)
    }
}

network_case! {
    every batch; seed_20: Random {
        loss(reals reals indices reals reals indices indices) + loss_and_grad
    }
    pub struct Random;

    #[recompute]
    fn block1(x2: Tensor<3>, i4: Index<2, 1>, x13: Tensor<4, 2, 2>, x18: Tensor<5, 1>) -> Tensor<4, 2, 2> {
        let v3 = x2.prelu();
        let v5 = v3.mask(i4.number()).softmax();
        let w6 = param([5, 3], he_uniform());
        let b7 = buffer([5, 3], normal(0.5));
        let v8 = (((w6 * w6.tanh()) * b7).mean().per_example_grad(w6) * 0.25);
        let v9 = v5.rms_norm(axes = 1, epsilon = 0.01);
        let mut h10 = (v8).tanh();
        let w11 = param([5, 2, 2], sparse(2, 0.5));
        let mut r12 = w11;
        r12[0] = (arange(1) + zeros([2, 2]));
        let mut r14 = x13;
        let w17 = param([4], normal(0.5));
        for t15 in 0..4 {
            let mut h16 = (v9).tanh();
            let mut r19 = x18;
            let mut r20 = zeros([4, 1]);
            for t21 in (0..4).rev() {
                let v22 = w17.at(t21);
                let v23 = (h16.square() + 0.5).pow(-0.5);
                let v24 = (v23 * 0.25).pow(2.0);
                let v25 = v22.min_over(keep = true);
                r19[t21 + 1] = v25.reshape([1]);
                r20[t21] = v24.flatten().slice(0, 0, 1).reshape([1]);
            }
            h10 = ((r19 + zeros([5, 3]))).tanh();
            r12[t15 + 1] = w17.reshape([2, 2]);
            r14[t15] = h16.flatten().pad(0, 0, 1).reshape([2, 2]);
        }
        r14
    }

    #[gradient(evaluation)]
    pub fn loss(&self, x26: Tensor<3>, x27: Tensor<2>, i28: Index<2, 1>, x30: Tensor<5, 1>, x43: Scalar, i70: Index<2, 5, 2>, i82: Index<2, 2>) -> (Tensor<5, 2, 2>, Tensor<4, 2, 2>, Scalar) {
        let v29 = noise([], normal(0.5));
        let v31 = x27.flatten().pad(0, 1, 0).reshape([3]).block1(i28, ((v29 + zeros([4, 2, 2])) * 0.5), x30);
        let v32 = block1(x26, i28, v31, ((v29 + zeros([5, 1]))).tanh());
        let v33 = block1(((v29 + zeros([3])) * 0.5), i28, v31, x30);
        let mut r34 = v32;
        let v35 = noise([2, 2], normal(0.5));
        r34[1] = v35;
        r34[2] = v35;
        let v36 = r34.at(0);
        let mut h37 = (v32 * 0.5);
        for t38 in 0..2 {
            h37 = 0.5 * h37 + (h37 * 0.5);
        }
        let v41 = v36.reshape([1, 2, 2]).global_mean_pool();
        let v42 = block1(x26, i28, v31, x30);
        let v44 = x26.block1(i28, v33, (x43 + zeros([5, 1])));
        let mut h45 = (v42).tanh();
        let mut h46 = (v44 * 0.5);
        let mut r47 = x26;
        for t48 in 0..3 {
            let mut h49 = x43;
            let mut h50 = h46;
            let mut h51 = (v41).tanh();
            for t53 in 0..2 {
                let [v56, v57] = v35.split(2, axis = 0);
                (h49, h50, h51) = (0.5 * h49 + (v57.flatten().slice(0, 1, 2).reshape([]) * 0.25), 0.5 * h50 + (h50 * 0.5), 0.5 * h51 + (h49.reshape([1]) * 0.5));
            }
            let mut h62 = h51;
            let mut r63 = zeros([3, 1]);
            for t64 in 1..3 {
                let v65 = x26.at(t64);
                let v66 = h37.global_mean_pool();
                let v67 = concat([v66.reshape([1, 2, 2]), h46], axis = 0);
                h62 = 0.5 * h62 + (v67.flatten().slice(0, 0, 1).reshape([1]) * 0.5);
                r63[t64] = v65.reshape([1]);
            }
            let v68 = r63.reshape([3, 1, 1]).global_mean_pool();
            h45 = h50.tanh();
            h46 = v68.flatten().pad(0, 3, 10).reshape([4, 2, 2]).tanh();
            r47[t48] = h62.reshape([]);
        }
        let mut h69 = (r34 * 0.5);
        let mut r71 = i70.one_hot();
        for t72 in 1..5 {
            let v74 = (h46 * (0.25 * t72 - 0.3));
            let v75 = r47.absolute_difference(x26);
            let mut h76 = h45;
            for t77 in (1..2).rev() {
                let v78 = h69.flatten().slice(0, 0, 2).reshape([2]).at(t77);
                h76 = 0.5 * h76 + ((v78 + zeros([4, 2, 2])) * 0.5);
            }
            let v81 = v74.max_pool1d(1, stride = 3, pad = [0, 0]);
            h69 = 0.5 * h69 + ((v81 + zeros([4, 2, 2])) * 0.5);
            r71[t72] = v75.flatten().pad(0, 1, 0).reshape([2, 2]);
        }
        let v83 = (v35.log_softmax().negative_log_likelihood(i82) * 0.5);
        let v84 = (v83 + r71.sum() + h69.tanh().sum());
        (r71, h69, v84)
    }
}

network_case! {
    every batch; seed_21: Random {
        loss(reals reals reals reals reals reals) / loss_in_training + loss_and_grad_in_evaluation / loss_and_grad_in_training
    }
    pub struct Random;

    #[gradient(evaluation)]
    pub fn loss(&self, s3: Shared<2>, x4: Tensor<8>, x7: Tensor<3, 3>, x13: Tensor<2, 2, 2>, x22: Tensor<3>, x27: Tensor<2>) -> (Tensor<2>, Tensor<2>, Scalar) {
        let (v5, v6) = x4.lstm_step(s3);
        let v8 = x7.bidirectional(lstm(2), lstm(2, reverse = true));
        let v9 = (v8.l1() * 0.5);
        let v10 = v5.erf();
        let v11 = v6.selu();
        let mut h12 = (v11).tanh();
        let mut r14 = zeros([2, 3]);
        let mut r15 = zeros([2, 3]);
        for t16 in (0..2).rev() {
            let v17 = (v9 + zeros([1, 2])).at(t16, axis = 1);
            let mut h19 = v10;
            let mut h20 = (v17 * 0.25);
            let mut h21 = (v17).tanh();
            for t23 in 0..3 {
                let v24 = x22.at(t23);
                let mut r26 = h19;
                r26[1] = v24;
                r26[1] = v17.reshape([]);
                h19 = (r26 * 0.25);
                h20 = h20.tanh();
                h21 = 0.5 * h21 + (r26.flatten().slice(0, 0, 1).reshape([1]) * 0.125);
            }
            h12 = h19.tanh();
            r14[t16] = x22;
            r15[t16] = (h21 + zeros([3]));
        }
        let v28 = s3.mask(x27).softmax();
        let v29 = x13.depthwise_conv([1, 2], stride = [3, 1], pad = 0, dilation = 1, multiplier = 2);
        let b30 = buffer([1, 3, 1], normal(0.5));
        b30.update(b30 * 0.5);
        let v31 = (v29.squared_error(v29) + v28.sum() + r15.sum() + r14.sum());
        (h12, v28, v31)
    }
}

network_case! {
    every batch; seed_22: Random {
        loss(reals indices reals reals indices reals) / loss_in_training + loss_and_grad_in_evaluation / loss_and_grad_in_training
    }
    pub struct Random;

    fn block1(x2: Tensor<3, 1, 4>, i4: Index<3, 3>) -> Tensor<3, 1, 4> {
        let mut h3 = (x2 * 0.5);
        let mut h5 = i4.one_hot();
        let mut h6 = (x2 * 0.5);
        for t8 in 0..2 {
            let v10 = h6.flatten().reshape(h6.sizes());
            let v11 = v10.t();
            (h3, h5, h6) = (0.5 * h3 + (h5.flatten().pad(0, 2, 1).reshape([3, 1, 4]) * 0.5), 0.5 * h5 + (v10.flatten().slice(0, 0, 9).reshape([3, 3]) * 0.125), 0.5 * h6 + (v11.reshape([3, 1, 4]) * 0.125));
        }
        let v15 = sqrt(((h6.square() + 0.3)));
        v15
    }

    #[gradient(evaluation)]
    pub fn loss(&self, x16: Tensor<3, 1, 4>, i17: Index<3, 3>, x20: Tensor<3, 1, 1>, x23: Tensor<1>, i30: Index<3, 3>, x35: Tensor<1, 4>) -> (Tensor<1, 4>, Scalar, Tensor<3, 1, 4>) {
        let v18 = x16.block1(i17);
        let v19 = block1(x16, i17);
        let v21 = concat([v18, v19.flatten().slice(0, 0, 6).reshape([3, 1, 2]), x20], axis = 2);
        let b22 = buffer([1, 1, 4], zeros());
        b22.update(b22 + 0.25 * ((x23 + zeros([1, 1, 4])).batch_sum() / batch_size() - b22));
        let mut h24 = b22;
        let mut h25 = (v21 * 0.5);
        for t26 in (0..3).rev() {
            let v27 = (h25 * (0.25 * t26 - 0.3));
            (h24, h25) = (0.5 * h24 + (h24 * 0.5), 0.5 * h25 + (v27 * 0.5));
        }
        let v32 = pow((h25.softplus() + 0.5), -1.0);
        let v33 = block1(x16, i30);
        let v34 = (v32.matmul(h24.flatten().pad(0, 6, 11).reshape([3, 7, 1])) * 0.125);
        let v36 = (x35 + sinusoidal_positions(1, 4));
        let v37 = block1(v33, i17);
        let v38 = v21.stop_gradient();
        let v39 = (v38.squared_error(v21) + v37.sum() + v36.sum() + v34.tanh().sum());
        (v36, v39, v37)
    }
}

network_case! {
    every batch; seed_23: Random {
        loss(reals reals reals) + loss_and_grad
    }
    pub struct Random;

    #[recompute]
    fn block1(x2: Tensor<2, 1>, x3: Tensor<1, 4>) -> Tensor<3, 4> {
        let v4 = full([3, 4], 1.2123).cross_attention(x3, mask = x2.flatten().pad(0, 0, 1).reshape([3, 1]).stop_gradient().greater(0.203075), heads = 1);
        v4
    }

    #[gradient(evaluation)]
    pub fn loss(&self, x6: Tensor<5>, x8: Tensor<6>, s14: Shared<2, 2>) -> (Scalar, Tensor<3, 4>) {
        let v7 = x6.rms_norm(axes = 1, affine = false, epsilon = 0.01);
        let v9 = x8.glu();
        let w10 = param([1, 1], uniform(-0.5, 0.5));
        let v11 = w10.split_heads(1);
        let v12 = (v7.matmul(v11.flatten().pad(0, 7, 17).reshape([5, 5])) + v9.flatten().slice(0, 1, 2).reshape([1]));
        let mut h13 = (v12 * 0.25);
        for t15 in (0..2).rev() {
            let v16 = s14.at(t15);
            let v17 = v16;
            let y18 = (v17.sin() + v17.square());
            let v19 = (y18.jacobian(v17) * 0.25);
            h13 = (v19.flatten().pad(0, 1, 0).reshape([5]) * 0.25);
        }
        let w21 = param([2, 1], truncated_normal(0.5));
        let v22 = w21.block1(ones([1, 4]));
        let v23 = (v22.sum() + h13.sum());
        (v23, v22)
    }
}
