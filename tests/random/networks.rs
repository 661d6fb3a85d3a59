//! Random networks, as the generator of the compiler's own tests makes them.

use crate::agrees::network_case;

network_case! {
    every batch; seed_0: Random {
        loss(reals indices indices reals) + loss_and_grad
    }
    pub struct Random;

    fn block1(x2: Tensor<1>) -> Tensor<5> {
        let v3 = ((x2.softplus() + 0.3)).log();
        let v4 = concat([(v3 + zeros([3])), x2, v3], axis = 0);
        v4
    }

    #[gradient(evaluation)]
    pub fn loss(&self, x5: Tensor<1, 2>, i11: Index<1>, i16: Index<1, 3>, x19: Tensor<4, 1>) -> Scalar {
        let v6 = x5.conv1d(2, 1, stride = 2, pad = [0, 0], dilation = 1, groups = 1);
        let v7 = v6.mean_pool();
        let v8 = (v6.matmul(ones([1, 4])) + (v7 + zeros([2, 4]))).relu();
        let w9 = param([1], normal(0.5));
        let v10 = block1(w9);
        let v12 = v10.flatten().slice(0, 0, 3).reshape([1, 3]).gather(i11);
        let v13 = w9.block1();
        let v14 = (v8 - v8.batch_sum() / batch_size());
        let v15 = (v12 * v13.flatten().slice(0, 0, 3).reshape([3]));
        let v17 = i16.one_hot(classes = i16.limit());
        let v18 = (v15.reshape([3, 1]).conv1d(1, 1, stride = 2, pad = [0, 0], dilation = 1, groups = 1) * 0.5);
        let v20 = x19.rnn(h = full([2], 0.9123), hidden = 2, reverse = true);
        let v21 = x5.encoder_layer(mask = v18.stop_gradient().greater(0.303075), heads = 2, hidden = 3, epsilon = 0.01);
        let v22 = (v21.sum() + v20.sum() + v17.square().sum() + v14.sum());
        v22
    }
}

network_case! {
    every batch; seed_1: Random {
        loss(reals reals reals) + loss_and_grad
    }
    pub struct Random;

    fn block1(x2: Tensor<3>, x3: Tensor<1, 3, 2>) -> Tensor<1, 2> {
        let v4 = (x2.matmul(x3) * 0.5);
        v4
    }

    #[gradient(evaluation)]
    pub fn loss(&self, x5: Tensor<3>, x6: Tensor<5, 5>, x10: Tensor<1, 3, 2>) -> (Tensor<1, 2>, Scalar, Scalar) {
        let v7 = x5.block1(x6.flatten().slice(0, 0, 6).reshape([1, 3, 2]));
        let v8 = (v7.sum(axis = [0, 1])).tanh();
        let v9 = x6.reshape([1, per_group(25, 1)]);
        let v11 = (v9.flatten().slice(0, 0, 3).reshape([3]) * 0.25).block1(x10);
        let v12 = noise([1, 3, 2], normal(0.5));
        let v13 = (v9.flatten().slice(0, 7, 10).reshape([3]) * 0.25).block1((v12 * 0.5));
        let v14 = v8.l2();
        let v15 = (v14 + v13.sum() + v11.mean());
        (v11, v14, v15)
    }
}

network_case! {
    every batch; seed_2: Random {
        loss(reals reals indices reals reals reals reals) + loss_and_grad
    }
    pub struct Random;

    fn block1(x2: Tensor<5, 2>, x3: Tensor<5, 5>) -> (Tensor<5, 5>, Tensor<5, 2>) {
        let v4 = x2.stop_gradient();
        let n5 = pair(5);
        let [n6, _] = n5;
        require(v4.size(0) == n6, "an axis", v4);
        (x3, v4)
    }

    #[gradient(evaluation)]
    pub fn loss(&self, x28: Tensor<1, 1>, s31: Shared<5, 2>, i35: Index<2>, x36: Tensor<2>, x58: Tensor<4, 2, 2>, x61: Tensor<1>, x77: Tensor<5, 5>) -> (Tensor<5, 2>, Scalar) {
        let v29 = noise([5, 5], uniform(-1.0, 1.0));
        let (v32, v33) = block1(s31, (x28 + zeros([5, 5])));
        let v34 = square(v33);
        let v37 = v34.reshape([10]).rnn_cell(i35.one_hot(), 2);
        let mut h38 = (v34 * 0.25);
        let mut r39 = zeros([3]);
        let mut r40 = zeros([3, 2]);
        for t41 in 0..3 {
            let v45 = v37.softmax(axis = 0);
            let (v46, v47) = block1(s31, v29);
            h38 = 0.5 * h38 + (v47 * 0.25);
            r39[t41] = v46.flatten().slice(0, 0, 1).reshape([]);
            r40[t41] = v45;
        }
        let b48 = buffer([5, 2], normal(0.5));
        let v49 = b48.flatten().slice(0, 5, 7).reshape([2, 1]).cross_attention(r40.flatten().slice(0, 0, 1).reshape([1, 1]), mask = h38.flatten().slice(0, 0, 2).reshape([2, 1]).stop_gradient().less(0.378075), heads = 1);
        let mut h50 = (v49 * 0.25);
        let mut h51 = (r39 * 0.5);
        let mut r52 = zeros([2, 2]);
        let mut r53 = x36;
        let w63 = param([6], zeros());
        let w69 = param([3, 2, 2], uniform(-0.5, 0.5));
        for t54 in 1..2 {
            let v55 = concat([h51.flatten().slice(0, 0, 2).reshape([2]), r40.flatten().slice(0, 0, 3).reshape([3]), i35.number().reshape([1])], axis = 0);
            let mut h56 = h50;
            let mut h57 = v55;
            let mut r59 = x58;
            let mut r60 = zeros([5, 1]);
            r60[0] = x61;
            for t62 in 1..4 {
                let v64 = h57.mean_squared_error(w63);
                h56 = 0.5 * h56 + w63.flatten().slice(0, 0, 2).reshape([2, 1]);
                h57 = 0.5 * h57 + ((v64 + zeros([6])) * 0.125);
                r59[t62] = (h56 + zeros([2, 2]));
                r60[t62 + 1] = v64.reshape([1]);
            }
            let mut h67 = h56;
            let mut h68 = r59;
            let mut r70 = w69;
            for t71 in (0..3).rev() {
                let [v72] = s31.split(1, axis = 0);
                let v73 = zeros([5, 5]).adaptive_mean_pool([5, 4]);
                h67 = v72.flatten().slice(0, 0, 2).reshape([2, 1]).tanh();
                h68 = 0.5 * h68 + (h68 * 0.5);
                r70[t71] = v73.flatten().slice(0, 0, 4).reshape([2, 2]);
            }
            (h50, h51) = (0.5 * h50 + (h57.flatten().slice(0, 4, 6).reshape([2, 1]) * 0.5), 0.5 * h51 + (h67.flatten().pad(0, 1, 0).reshape([3]) * 0.5));
            r52[t54] = h56.reshape([2]);
            r53[t54] = h57.flatten().slice(0, 0, 1).reshape([]);
        }
        let w76 = param([5, 2], he_uniform());
        let (v78, v79) = w76.block1(x77);
        let (v80, v81) = block1(h38, v32);
        let v82 = (h51.reshape([3, 1, 1]).convolve_transpose(v79.flatten().slice(0, 0, 6).reshape([3, 2, 1, 1]), stride = 2, pad = 0, dilation = 1, output_pad = [1, 1], groups = 1) * 0.5);
        let w83 = param([5, 2], xavier_normal());
        let (v84, v85) = block1(w83, r39.flatten().pad(0, 10, 12).reshape([5, 5]));
        let v86 = (v85.at(0).sum() + v84.mean() + v82.at(0).sum() + v81.sum());
        (v85, v86)
    }
}

network_case! {
    every batch; seed_3: Random {
        loss(reals indices) + loss_and_grad
    }
    pub struct Random;

    fn block1(x4: Tensor<1>) -> Tensor<1> {
        let v5 = (0.8 * x4.sin()).erfinv();
        let mut h9 = (x4 * 0.5);
        let mut h10 = v5;
        let w14 = param([2], zeros());
        for t11 in 0..2 {
            let v13 = full([2, 2], -1.6123).at(t11, axis = 1);
            let v15 = w14.at(0);
            (h9, h10) = (0.5 * h9 + v15.reshape([1]), 0.5 * h10 + (v13.flatten().slice(0, 1, 2).reshape([1]) * 0.25));
        }
        let v16 = h10.dense(1, bias = false).relu();
        v16
    }

    #[gradient(evaluation)]
    pub fn loss(&self, x21: Tensor<1, 3, 3>, i24: Index<4, 1>) -> Scalar {
        let w19 = param([3], normal(0.5));
        let v20 = w19.max(w19);
        let v22 = v20.matmul(x21);
        let v23 = w19.reshape([3, 1]).mean_pool();
        let v25 = i24.one_hot(classes = 5);
        let v26 = v22.flatten().slice(0, 0, 1).reshape([1]).block1();
        let v27 = (v26.square().sum() + v25.tanh().sum() + v23);
        v27
    }
}

network_case! {
    every batch; seed_4: Random {
        entry15(reals reals reals reals reals reals) + entry15_and_grad
        loss(reals) + loss_and_grad
    }
    pub struct Random;

    fn block1(x3: Tensor<1, 4>) -> Tensor<1, 4> {
        let v4 = mish(x3);
        v4
    }

    fn block6() -> Tensor<3, 4> {
        let w9 = param([1, 4], uniform(-0.5, 0.5));
        let v10 = block1(w9);
        let v12 = noise([3, 4], normal(0.5));
        let v13 = (v10 * v12);
        v13
    }

    #[gradient(evaluation)]
    pub fn entry15(&self, x16: Tensor<2>, s19: Shared<1, 3>, x20: Tensor<1, 2, 2>, x37: Tensor<4, 3>, s41: Shared<2>, x46: Tensor<4, 1>) -> (Scalar, Tensor<1>) {
        let v17 = stack([x16, x16]);
        let mut h18 = v17;
        let mut r21 = x20;
        for t22 in 0..1 {
            let v23 = s19.at(t22);
            let v25 = (v23 * (0.25 * t22 - 0.3));
            let v26 = v25.flatten().slice(0, 0, 2).reshape([2]).glu();
            h18 = 0.5 * h18 + (h18 * 0.5);
            r21[t22] = (v26 + zeros([2, 2]));
        }
        let mut h30 = r21;
        let w35 = param([1, 3, 3], normal(0.5));
        for t31 in (0..3).rev() {
            let v32 = (zeros([1]) + zeros([3, 2])).at(t31);
            let mut h33 = v32;
            let mut h34 = h18;
            let mut h36 = w35;
            let mut r38 = x37;
            for t39 in (0..4).rev() {
                let v40 = (full([2, 4], 1.6123) + sinusoidal_positions(2, 4));
                let v42 = s41.hard_sigmoid();
                (h33, h34, h36) = (0.5 * h33 + (v40.flatten().slice(0, 0, 2).reshape([2]) * 0.25), 0.5 * h34 + ((v42 + zeros([2, 2])) * 0.5), 0.5 * h36 + (s41.flatten().pad(0, 3, 4).reshape([1, 3, 3]) * 0.5));
                r38[t39] = h36.flatten().slice(0, 0, 3).reshape([3]);
            }
            h30 = 0.5 * h30 + (r38.flatten().slice(0, 0, 4).reshape([1, 2, 2]) * 0.5);
        }
        let mut r45 = h30;
        r45[0] = h18;
        let (v47, v48, v49) = x46.lstm_with_state(h = arange(1), hidden = 1, reverse = true);
        let b50 = buffer([1, 4], zeros());
        let v51 = b50.block1();
        let v52 = b50.at(-1, axis = 1);
        let v53 = block6();
        let v54 = (v53.square().sum() + v52.sum() + v51.sum() + v49.square().sum());
        (v54, v48)
    }

    #[gradient(evaluation)]
    pub fn loss(&self, x55: Tensor<4>) -> Scalar {
        let v56 = x55.feed_forward(2, activation = gelu);
        let v57 = (v56.reshape([4, 1]).conv1d(1, 2, stride = 1, pad = [2, 1], dilation = 2, groups = 1) * 0.25);
        let v58 = (v57.batch_sum() * 0.0625);
        let v59 = block6();
        let v60 = block6();
        let v61 = (v60.sum() + v59.sum() + v58.tanh().sum());
        v61
    }
}

network_case! {
    every batch; seed_5: Random {
        entry21(reals reals reals reals reals indices) / entry21_in_training + entry21_and_grad_in_evaluation / entry21_and_grad_in_training
        loss(reals reals reals indices reals indices indices indices) / loss_in_training + loss_and_grad_in_evaluation / loss_and_grad_in_training
    }
    pub struct Random;

    fn helper5(&self, x8: Tensor<2>, x17: Tensor<1, 2>) -> Tensor<3, 4, 5> {
        let v9 = x8.max_over();
        let v10 = x8.slice(0, 1, 2);
        let v11 = concat([v10], axis = 0);
        let mut h12 = (v9).tanh();
        let mut h13 = full([3, 4, 2], 0.6123);
        for t14 in (0..3).rev() {
            let v15 = (v11 + zeros([3])).at(t14);
            let v16 = v15.stop_gradient().sign();
            let v18 = h12.reshape([1]).matmul(x17);
            (h12, h13) = (0.5 * h12 + (v16 * 0.5), 0.5 * h13 + ((v18 + zeros([3, 4, 2])) * 0.25));
        }
        let w19 = param([3, 4, 3], constant(0.5));
        let v20 = concat([w19, h13], axis = 2);
        v20
    }

    #[gradient(evaluation)]
    pub fn entry21(&self, x30: Tensor<2, 2, 2>, x35: Tensor<2>, x36: Tensor<1, 2>, x46: Tensor<2, 5, 2>, x50: Tensor<4>, i57: Index<4>) -> Scalar {
        let w22 = param([], constant(0.5));
        drop_rate(0.5);
        let v23 = w22.dropout(0.25);
        let v24 = v23.reshape([1]).slice(0, 0, 1);
        let mut h25 = v23;
        for t26 in 0..1 {
            let v27 = (v23 * (0.25 * t26 - 0.3));
            let mut h28 = v27;
            let mut r29 = (v27 + zeros([1, 2]));
            let mut r31 = x30;
            for t32 in 0..1 {
                let v33 = relu6(v24);
                h28 = 0.5 * h28 + (h28 * 0.5);
                r29[t32] = (v33 + zeros([2]));
                r31[t32 + 1] = (h28 + zeros([2, 2]));
            }
            h25 = 0.5 * h25 + (r31.flatten().slice(0, 0, 1).reshape([]) * 0.5);
        }
        let v37 = self.helper5(x35, x36);
        let v38 = x36.causal_mask().softmax();
        let mut h39 = v37;
        let mut h40 = v38;
        let w41 = param([4, 2], xavier_uniform());
        let v42 = noise([4, 3], normal(0.5));
        for t43 in 0..4 {
            let [v47, v48] = x46.split(2, axis = 0);
            (h39, h40) = (0.5 * h39 + (v47.flatten().pad(0, 3, 47).reshape([3, 4, 5]) * 0.5), 0.5 * h40 + (h39.flatten().slice(0, 0, 2).reshape([1, 2]) * 0.5));
        }
        let mut h49 = h25;
        let mut r52 = zeros([4]);
        let mut r53 = zeros([5, 2]);
        r53[0] = v38.reshape([2]);
        for t54 in 0..4 {
            let v55 = x50.at(t54);
            let v58 = v42.gather(i57);
            h49 = 0.5 * h49 + (h49 * 0.5);
            r52[t54] = v55;
            r53[t54 + 1] = v58.flatten().slice(0, 0, 2).reshape([2]);
        }
        let v59 = w41.stop_gradient();
        let v60 = (zeros([4, 2]).less(0.328075) * w41);
        let v61 = r52.stop_gradient();
        let v62 = r53.dropout(0.5);
        let v63 = (v62.sum() + v61.at(0).sum() + v60.sum() + v59.sum());
        v63
    }

    #[gradient(evaluation)]
    pub fn loss(&self, x68: Tensor<3, 2, 3>, x77: Tensor<2>, x82: Tensor<1, 4>, i85: Index<2, 2, 2>, x86: Tensor<2>, i87: Index<2, 4>, i88: Index<4>, i115: Index<3, 2, 2>) -> (Scalar, Tensor<3, 3, 2, 3>, Tensor<3, 2, 2>) {
        let w64 = param([3, 4], lecun_uniform());
        let v65 = w64.stop_gradient();
        let mut h66 = v65;
        let mut h67 = v65;
        let mut h69 = x68;
        let w70 = param([4, 1], constant(0.5));
        let w79 = param([], uniform(-0.5, 0.5));
        for t71 in 0..4 {
            let v72 = w70.at(t71);
            let mut h73 = h66;
            for t75 in (0..2).rev() {
                let mut r78 = x77;
                r78[0] = w79;
                h73 = 0.5 * h73 + (h73 * 0.5);
            }
            h66 = (v72 + zeros([3, 4])).tanh();
            h69 = 0.5 * h69 + (h69 * 0.5);
        }
        let v83 = concat([h67.flatten().slice(0, 0, 8).reshape([2, 4]), x82, w64, x82], axis = 0);
        let v84 = h69.instance_norm(affine = true, epsilon = 0.01);
        let v89 = self.entry21(i85.one_hot(), x86, v83.flatten().slice(0, 11, 13).reshape([1, 2]), ones([2, 5, 2]), i87.number(), i88);
        let v90 = (v89.logistic_loss(v89) * 0.125);
        let w94 = param([3, 2, 3], lecun_normal());
        let v95 = stack([v84, w94, h69]);
        let mut h96 = (v90 * 0.25);
        let mut h97 = (v95).tanh();
        let w98 = param([2, 3], lecun_uniform());
        for t99 in 0..3 {
            let v101 = (h66 * (0.25 * t99 - 0.3));
            let mut r102 = w94;
            r102[0] = w98;
            r102[1] = w98;
            let mut h103 = h96;
            let mut r104 = h67.flatten().slice(0, 0, 5).reshape([5]);
            r104[0] = v90;
            for t105 in 1..4 {
                let v106 = full([4, 2], -0.7122999999999999).at(t105);
                let v107 = (v101 * (0.25 * t105 - 0.3));
                let v109 = v106.at(1);
                h103 = 0.5 * h103 + (v107.flatten().slice(0, 9, 10).reshape([]) * 0.5);
                r104[t105 + 1] = v109;
            }
            (h96, h97) = (h103, 0.5 * h97 + ((h103 + zeros([3, 3, 2, 3])) * 0.5));
        }
        let mut h113 = h97;
        let mut r114 = (h96 + zeros([3, 2, 2]));
        r114[0] = i115.number();
        for t116 in (0..2).rev() {
            let v117 = x86.at(t116);
            let v118 = v117.prelu(init = constant(0.1));
            h113 = 0.5 * h113 + (h113 * 0.5);
            r114[t116 + 1] = (v118 + zeros([2, 2]));
        }
        let v119 = (r114.sum() + h113.sum());
        (v119, h113, r114)
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

    #[gradient(evaluation)]
    pub fn loss(&self, i28: Index<2, 3>, x29: Tensor<5, 1, 4>, x45: Tensor<3, 3>) -> (Tensor<2, 3, 2>, Scalar, Tensor<8, 2, 1>) {
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
            let v53 = x45.max_over(axis = -2, keep = true);
            h50 = 0.5 * h50 + (v53.flatten().pad(0, 0, 3).reshape([2, 3, 1]) * 0.5);
        }
        let v54 = noise([2, 4, 2], uniform(-1.0, 1.0));
        let v55 = v54.pixel_unshuffle(2);
        let v56 = (h50.matmul(zeros([1, 2])) + h50.flatten().slice(0, 0, 2).reshape([1, 1, 2]));
        let v57 = block23();
        let v58 = (v57.sum() + v56.sum() + v55.mean());
        (v56, v58, v55)
    }
}

network_case! {
    every batch; seed_7: Random {
        loss() + loss_and_grad
    }
    pub struct Random;

    #[gradient(evaluation)]
    pub fn loss(&self) -> (Scalar, Tensor<1, 2>, Tensor<2, 4, 4>) {
        let w25 = param([2, 4, 4], xavier_uniform());
        let v26 = square(w25);
        let w27 = param([1, 2], normal(0.5));
        let v28 = w27.max(0.9123);
        let w29 = param([2], zeros());
        let v30 = v28.mask(w29.stop_gradient()).softmax(axis = 0);
        let v31 = (v30.sum() + v26.sum());
        (v31, v30, v26)
    }
}

network_case! {
    every batch; seed_8: Random {
        loss(reals reals indices) + loss_and_grad
    }
    pub struct Random;

    fn block1(x2: Tensor<2, 3, 5>, i4: Index<2, 3, 5>) -> Tensor<2, 3, 5> {
        let mut r3 = x2;
        r3[1] = i4.number();
        let v6 = x2.causal_mask().softmax();
        v6
    }

    #[gradient(evaluation)]
    pub fn loss(&self, x10: Tensor<4>, x12: Tensor<2, 3, 5>, i13: Index<2, 3, 5>) -> Scalar {
        let v11 = erfinv((0.8 * x10.sin()));
        let v14 = x12.block1(i13);
        let v15 = i13.number();
        let v16 = (v15.sum() + v14.tanh().sum() + v11.tanh().sum());
        v16
    }
}

network_case! {
    every batch; seed_9: Random {
        loss(reals reals indices) + loss_and_grad
    }
    pub struct Random;

    fn helper1(&self, x2: Scalar, x4: Tensor<1>) -> Tensor<2, 1> {
        let w3 = param([2, 1], xavier_normal());
        let v5 = (if x2.reshape([1]).size(0) == 1 { x2.reshape([1]) } else { x4 });
        let v6 = v5.norm();
        let v7 = w3.absolute_difference((v6 + zeros([2, 1])));
        let v8 = (v7.batch_sum() / batch_size());
        v8
    }

    #[gradient(evaluation)]
    pub fn loss(&self, x9: Scalar, x14: Tensor<2>, i27: Index<1>) -> (Scalar, Scalar) {
        let mut h10 = x9;
        let w16 = param([1, 1], he_normal());
        let w18 = param([5, 1], he_uniform());
        let w19 = param([5, 2], zeros());
        for t11 in (0..2).rev() {
            let v12 = (h10 * (0.25 * t11 - 0.3));
            let v13 = v12.reshape([1, 1]).t();
            let mut h15 = x14;
            let mut h17 = w16;
            let mut r20 = w19;
            let mut r21 = (v13 + zeros([6, 2, 2]));
            let v22 = noise([2, 2], normal(0.5));
            r21[0] = v22;
            for t23 in 1..5 {
                let v24 = w18.at(t23);
                let v28 = i27.one_hot().standardise(epsilon = 0.01);
                (h15, h17) = (0.5 * h15 + (h17.flatten().pad(0, 1, 0).reshape([2]) * 0.5), 0.5 * h17 + (h17 * 0.5));
                r20[t23] = (v28 + zeros([2]));
                r21[t23 + 1] = (v24 + zeros([2, 2]));
            }
        }
        let v29 = x9.reshape([1]).at(0);
        let w30 = param([4, 3], zeros());
        let v31 = w30.lstm(hidden = 2, bias = false);
        let v32 = noise([], uniform(-1.0, 1.0));
        let v33 = self.helper1(v32, full([1], 0.9123));
        let v34 = (v33.sum() + v31.sum() + v29 + h10);
        (v34, v29)
    }
}

network_case! {
    every batch; seed_10: Random {
        loss(reals) + loss_and_grad
    }
    pub struct Random;

    #[gradient(evaluation)]
    pub fn loss(&self, x11: Tensor<3, 1>) -> Scalar {
        let w3 = param([3, 4, 2], he_normal());
        let v4 = w3.softmax(1, temperature = 1.75);
        let w5 = param([1, 3, 1], lecun_uniform());
        let mut h6 = w5;
        for t7 in 1..4 {
            let v9 = h6.mean_pool1d(2, stride = 1, pad = [1, 0], count_pad = false);
            h6 = v9.tanh();
        }
        let v10 = w5.mean_pool();
        let v12 = x11.cross_attention((v10 + zeros([3, 1])), heads = 1);
        let v13 = noise([3, 3, 3], uniform(-1.0, 1.0));
        let v14 = v13.flatten().slice(0, 0, 6).reshape([1, 3, 2]).glu();
        let v15 = v4.slice(1, 2, 3);
        let v16 = (v15.sum() + v14.sum() + v12.tanh().sum() + h6.square().sum());
        v16
    }
}

network_case! {
    every batch; seed_11: Random {
        entry7(reals reals indices)
        loss(reals indices) / loss_in_training + loss_and_grad_in_evaluation / loss_and_grad_in_training
    }
    pub struct Random;

    fn helper1(&self, x4: Tensor<3>) -> Tensor<1> {
        let v6 = x4.slice(0, 2, 3);
        v6
    }

    pub fn entry7(&self, x9: Tensor<1>, s11: Shared<3>, i29: Index<3, 3>) -> Tensor<2> {
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
            let v25 = (h14 * (0.25 * t24 - 0.3));
            h23 = 0.5 * h23 + (v25 * 0.5);
        }
        let b30 = buffer([4], zeros());
        let v31 = b30.gather(i29);
        let v32 = self.helper1((h23 + zeros([3])));
        let v33 = concat([v32, s11], axis = 0);
        let v34 = v31.rnn_cell(v33.flatten().slice(0, 0, 3).reshape([3]), 3);
        let v35 = (v34.l2()).tanh();
        let v36 = dense(v35.reshape([1]), 2);
        v36
    }

    #[gradient(evaluation)]
    pub fn loss(&self, x52: Tensor<1, 4, 4>, i58: Index<2, 1>) -> Scalar {
        let v40 = noise([3], normal(0.5));
        let mut h41 = (v40 * 0.5);
        let w42 = param([1], zeros());
        let mut h43 = w42;
        let mut h44 = (v40 * 0.5);
        let v45 = noise([3, 4], uniform(-1.0, 1.0));
        for t46 in 1..4 {
            let v47 = v45.at(t46, axis = 1);
            (h41, h43, h44) = (0.5 * h41 + (v47 * 0.5), h44.flatten().slice(0, 0, 1).reshape([1]).tanh(), h44.tanh());
        }
        let v50 = (v40 - v40.batch_sum() / batch_size());
        let b51 = buffer([3, 2, 1], constant(1.0));
        b51.update(b51 * 0.5);
        let v54 = self.helper1((v50).tanh());
        let v57 = h41.pad(0, 2, 0);
        let v59 = self.helper1((i58.number() + zeros([3])));
        let w60 = param([1, 4], he_uniform());
        let v61 = x52.flatten().slice(0, 0, 12).reshape([3, 4]).decoder_layer(w60, heads = 2, hidden = 2, epsilon = 0.01);
        let v62 = stack([v54, v54]);
        let v63 = v61.greater(w60);
        let v64 = (v63.square().sum() + v62.sum() + v59.sum() + v57.at(0).sum() + 0.125 * v61.mean() + 0.125 * w60.mean());
        v64
    }
}

network_case! {
    every batch; seed_12: Random {
        entry9(reals indices indices reals indices reals) + entry9_and_grad
        loss(reals reals reals indices) + loss_and_grad
    }
    pub struct Random;

    fn block1(x6: Tensor<4>) -> (Scalar, Tensor<4>) {
        let v3 = noise([4], normal(0.5));
        let v4 = dense(v3, 4).tanh();
        let v5 = ((v4 - v4)).tanh();
        let v7 = x6.max_pool1d(1, stride = 1, pad = [0, 0]);
        let v8 = (x6.absolute_error(v5) * 0.5);
        (v8, v7)
    }

    #[gradient(evaluation)]
    pub fn entry9(&self, x10: Tensor<5, 5, 1>, i13: Index<4>, i17: Index<2, 3, 3>, x29: Tensor<1>, i40: Index<1, 3>, x42: Tensor<3, 3>) -> Scalar {
        let v11 = x10.norm();
        let v12 = v11.flatten();
        let v14 = i13.number();
        let mut h15 = (v12).tanh();
        let mut h16 = (v14 * 0.5);
        let mut h18 = i17.number();
        let mut r19 = full([4], 0.21230000000000002);
        r19[0] = v14;
        let w20 = param([3, 1], normal(0.5));
        let mut r21 = w20;
        for t22 in (0..3).rev() {
            let v23 = (h15 * h16);
            let mut h24 = h16;
            let mut r25 = w20.flatten().pad(0, 0, 13).reshape([4, 2, 2]);
            for t26 in 1..4 {
                let v30 = x29.selu();
                h24 = 0.5 * h24 + (h24 * 0.5);
                r25[t26] = (v30 + zeros([2, 2]));
            }
            let v31 = noise([4, 2, 3], normal(0.5));
            let v32 = concat([v31, r25], axis = 2);
            (h15, h16, h18) = (h18.flatten().slice(0, 6, 7).reshape([1]).tanh(), v23.reshape([]).tanh(), ((v23 + zeros([3, 3])) * 0.5));
            r19[t22 + 1] = v32.flatten().slice(0, 28, 29).reshape([]);
            r21[t22] = v31.flatten().slice(0, 16, 17).reshape([1]);
        }
        let v33 = (r19.gaussian_kl_divergence((r19 * 0.5)) * 0.0625);
        let v34 = (v33).tanh().square();
        let v41 = i40.number();
        let [v43, v44, v45] = x42.split(3);
        let v46 = (v45.square().sum() + v44.sum() + v43.sum() + v41.square().sum() + 0.125 * v34.mean());
        v46
    }

    #[gradient(evaluation)]
    pub fn loss(&self, s48: Shared<2>, x50: Tensor<4>, x58: Tensor<1>, i60: Index<2>) -> (Scalar, Scalar) {
        let (v51, v52) = block1(x50);
        let (v53, v54) = v51.reshape([1]).lstm_cell(s48, (v51 + zeros([2])), 2);
        let (v55, v56) = block1(v52);
        let f57 = rms_norm();
        let v59 = f57(x58);
        let v61 = v56.flatten().slice(0, 0, 1).reshape([]).sigmoid().binary_cross_entropy(i60);
        let (v62, v63) = block1(x50);
        let v64 = v59.pad(0, 2, 2);
        let v65 = (v64.squared_error(v54.flatten().pad(0, 0, 3).reshape([5])) + v63.at(0).sum() + v62 + v61);
        (v65, v55)
    }
}

network_case! {
    batches above one; seed_13: Random {
        loss(reals indices reals reals indices) / loss_in_training + loss_and_grad_in_evaluation / loss_and_grad_in_training
    }
    pub struct Random;

    fn block1(x3: Scalar, x6: Tensor<1, 4, 3>) -> (Tensor<2>, Tensor<1, 4, 3>) {
        let w4 = param([2], normal(0.5));
        let mut r5 = w4;
        r5[0] = x3;
        r5[0] = x3;
        let v7 = leaky_relu(x6, 0.25);
        (r5, v7)
    }

    #[gradient(evaluation)]
    pub fn loss(&self, x8: Tensor<1>, i11: Index<4, 3>, s12: Shared<3, 1>, x18: Tensor<1>, i23: Index<3, 2>) -> Scalar {
        let v9 = x8.batch_norm(epsilon = 0.1);
        let v10 = v9.rms_norm(axes = 1, affine = false, epsilon = 0.01);
        let v13 = i11.one_hot().cross_attention((v10 + zeros([1, 4])), mask = s12.less_equal(-0.028075000000000003), heads = 2);
        let v14 = (v13.huber(v13) * 0.5);
        let (v16, v17) = (v14 * 0.25).block1(((v14 + zeros([1, 4, 3]))).tanh());
        let (v19, v20) = block1(x18.reshape([]), v17);
        let [v21, v22] = v16.split(2);
        let v24 = i23.one_hot().scaled_dot_product_attention(ones([3, 3]), (v19 + zeros([3, 2])), causal = true);
        let v25 = (v24.sum() + v22.tanh().sum() + v21.mean() + v20.at(0).sum());
        v25
    }
}

network_case! {
    every batch; seed_14: Random {
        entry24(indices reals indices)
        loss(reals reals indices indices) / loss_in_training + loss_and_grad_in_evaluation / loss_and_grad_in_training
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

    fn block9(x10: Tensor<3>, i18: Index<2, 3, 2, 2>) -> Tensor<3> {
        let w11 = param([], zeros());
        let v12 = w11.flatten();
        let v14 = (x10 - v12);
        let mut h17 = (v14 * 0.5);
        let mut r19 = zeros([3]);
        for t20 in 1..3 {
            let v22 = i18.number().at(t20);
            r19[t20] = v22.flatten().slice(0, 0, 1).reshape([]);
        }
        h17
    }

    pub fn entry24(&self, i25: Index<4>, x34: Tensor<3>, i35: Index<2, 3, 2, 2>) -> (Tensor<5>, Tensor<3>) {
        let v26 = noise([1], normal(0.5));
        let v27 = i25.block1((v26).tanh());
        let v36 = block9(x34, i35);
        (v27, v36)
    }

    #[gradient(evaluation)]
    pub fn loss(&self, x43: Tensor<3, 5>, x44: Scalar, i45: Index<2, 3, 2, 2>, i60: Index<2>) -> Scalar {
        let v46 = block9((x44 + zeros([3])), i45);
        let v50 = x43.dropout(0.25);
        let v51 = (0.8 * v50.sin()).erfinv();
        let (v55, v56, v57) = v51.flatten().slice(0, 0, 1).reshape([1, 1]).lstm_with_state(c = v51.flatten().slice(0, 1, 4).reshape([3]), hidden = 3, reverse = true);
        let v59 = v46.absolute_difference((full([], 0.8123) + zeros([3])));
        let v61 = v57.flatten().slice(0, 0, 1).reshape([]).binary_cross_entropy_with_logits(i60);
        let v62 = v46.rms_norm(axes = 1, affine = false, epsilon = 0.01);
        let v63 = (0.8 * x44.sin()).erfinv();
        let v64 = (v63 + v62.mean() + v61 + v59.square().sum());
        v64
    }
}

network_case! {
    every batch; seed_15: Random {
        loss(indices reals reals reals reals) + loss_and_grad
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
            let v13 = v11.min(v11);
            let v14 = v12.flatten();
            h3 = 0.5 * h3 + v10.flatten().pad(0, 1, 1).reshape([5]);
            r5[t8] = (v14 + zeros([3]));
            r7[t8] = v13;
        }
        r7
    }

    #[gradient(evaluation)]
    pub fn loss(&self, i18: Index<3, 2>, x21: Tensor<3, 3>, x23: Tensor<3, 1>, s29: Shared<3>, x46: Tensor<3, 1>) -> (Scalar, Tensor<4, 3>, Tensor<2, 2>) {
        let v19 = i18.embedding(2);
        let w20 = param([2], uniform(-0.5, 0.5));
        let v22 = block1(w20.flatten().pad(0, 0, 1).reshape([3, 1]), x21);
        let v24 = block1(x23, x21);
        let w27 = param([3, 1], lecun_normal());
        let v28 = w27.block1(v24);
        let v30 = v22.reshape([9]).gru_cell(s29, 3);
        let mut h31 = s29;
        let mut h32 = (v28 * 0.5);
        let w33 = param([3, 2, 2], xavier_uniform());
        let mut r34 = zeros([3, 1]);
        let mut r35 = zeros([4, 3]);
        let w38 = param([2, 1], xavier_normal());
        for t36 in 0..3 {
            let v37 = w33.at(t36);
            let v39 = (w38 * (0.25 * t36 - 0.3));
            let mut h40 = v30;
            let mut h41 = h31;
            for t43 in 1..5 {
                (h40, h41) = (h41, h41);
            }
            (h31, h32) = (v37.flatten().slice(0, 0, 3).reshape([3]), 0.5 * h32 + v39.flatten().pad(0, 0, 7).reshape([3, 3]));
            r34[t36] = v37.flatten().slice(0, 0, 1).reshape([1]);
            r35[t36 + 1] = h41;
        }
        let v47 = block1(x46, h32);
        let v48 = (v47.sum() + r35.at(0).sum() + r34.mean() + h31.sum());
        (v48, r35, v19)
    }
}

network_case! {
    every batch; seed_16: Random {
        loss(reals reals) + loss_and_grad
    }
    pub struct Random;

    #[gradient(evaluation)]
    pub fn loss(&self, x37: Tensor<3, 3>, x40: Tensor<5, 5>) -> Scalar {
        let b34 = buffer([3, 4], zeros());
        let v35 = b34.encoder_layer(heads = 2, hidden = 3, epsilon = 0.01, causal = true);
        let v36 = ((v35.softplus() + 0.3)).sqrt();
        let v38 = x37.flatten();
        let v39 = (v38.flatten().reshape(v38.sizes()) * 0.5);
        let v41 = x40.tanh();
        let v42 = (v41.tanh().sum() + v39.sum() + v36.at(0).sum());
        v42
    }
}

network_case! {
    every batch; seed_17: Random {
        loss(indices reals reals indices indices) + loss_and_grad
    }
    pub struct Random;

    fn block1(i13: Index<2, 3>) -> Tensor<3, 3> {
        let v7 = noise([3], normal(0.5));
        let v9 = noise([4, 2], normal(0.5));
        let v10 = v9.adaptive_max_pool([1, 2]);
        let v14 = stack([v7, v10.flatten().pad(0, 1, 0).reshape([3]), i13.number()]);
        v14
    }

    fn block15(i17: Index<2, 1>, x20: Tensor<1>) -> (Tensor<5>, Tensor<5>) {
        let v18 = full([2], 0.5123).gather(i17);
        let w19 = param([3], normal(0.5));
        let v21 = concat([x20, w19, v18], axis = 0);
        let w23 = param([5], constant(0.5));
        let v24 = w23.flatten();
        let v25 = pow(v24, 4.0);
        (v25, v21)
    }

    #[gradient(evaluation)]
    pub fn loss(&self, i26: Index<1, 1>, x27: Tensor<1>, x32: Tensor<1, 1>, i34: Index<2, 3>, i40: Index<2, 1>) -> (Scalar, Tensor<3, 1>) {
        let (v28, v29, v30) = i26.one_hot().lstm_with_state(h = x27, c = x27, hidden = 1);
        let v31 = v29.min_over();
        let v33 = stack([v28, x32]);
        let v36 = v33.flatten().pad(0, 1, 0).reshape([3, 1]).stop_gradient().sign();
        let v37 = block1(i34);
        let v39 = block1(i34);
        let (v41, v42) = block15(i40, v31.reshape([1]));
        let w43 = param([1, 3], zeros());
        let v44 = concat([v37, w43], axis = 0);
        let v45 = (v44.square().sum() + v42.sum() + v41.sum() + v39.tanh().sum());
        (v45, v36)
    }
}

network_case! {
    every batch; seed_18: Random {
        loss(reals reals reals indices) + loss_and_grad
    }
    pub struct Random;

    fn block1(x6: Tensor<2, 2, 2, 1>) -> Tensor<2, 1, 1> {
        let w3 = param([2, 3], lecun_uniform());
        let v7 = w3.reshape([2, 3, 1]).convolve(x6, stride = [2, 3], pad = 0, dilation = [2, 1], groups = 1);
        v7
    }

    fn helper11(&self, x14: Tensor<1, 5, 3>) -> Tensor<1, 1, 1> {
        let v15 = (x14.sum(axis = [0, 1, 2], keep = true)).tanh();
        let v16 = block1(full([2, 2, 2, 1], -1.1123));
        let v17 = ((v16 + zeros([2, 2, 2, 1])) * 0.5).block1();
        let v18 = (v17.flatten().slice(0, 1, 2).reshape([1, 1, 1]) - v15);
        v18
    }

    #[gradient(evaluation)]
    pub fn loss(&self, x19: Tensor<5>, x32: Tensor<2>, x41: Tensor<2, 2, 2, 1>, i43: Index<1, 2>) -> Scalar {
        let v20 = x19.select(x19, x19);
        let v21 = v20.flatten(from = 0);
        let mut h22 = v21;
        let w23 = param([2, 1], he_normal());
        let mut r24 = w23;
        for t25 in 0..2 {
            let v26 = full([2], 1.0123).at(t25);
            let v27 = h22.flatten();
            let mut h28 = v27;
            let mut h29 = ones([5, 5, 1]);
            let mut h30 = v26;
            let mut r33 = x32;
            for t34 in 0..2 {
                let v36 = h22.flatten();
                (h28, h29, h30) = (0.5 * h28 + (h29.flatten().slice(0, 0, 5).reshape([5]) * 0.5), 0.5 * h29 + (h29 * 0.5), 0.5 * h30 + (h28.flatten().slice(0, 0, 1).reshape([]) * 0.5));
                r33[t34] = v36.flatten().slice(0, 0, 1).reshape([]);
            }
            h22 = r33.flatten().pad(0, 0, 3).reshape([5]);
            r24[t25] = v26.reshape([1]);
        }
        let v40 = self.helper11(full([1, 5, 3], 0.5123));
        let v42 = block1(x41);
        let v44 = w23.softmax_cross_entropy(i43);
        let v45 = (v44 + v42.sum() + v40.square().sum() + r24.sum());
        v45
    }
}

network_case! {
    every batch; seed_19: Random {
        loss(indices reals reals indices reals reals) + loss_and_grad
    }
    pub struct Random;

    #[gradient(evaluation)]
    pub fn loss(&self, i19: Index<2, 3, 3, 1>, x20: Tensor<3, 1>, x22: Tensor<2, 3, 1, 1>, i25: Index<3>, x29: Tensor<1, 3>, x37: Tensor<3>) -> (Scalar, Tensor<3>) {
        let w18 = param([4, 3], xavier_uniform());
        let v21 = w18.reshape([3, 4]).cross_attention(i19.number().flatten().slice(0, 0, 4).reshape([1, 4]), mask = x20, heads = 1);
        let v23 = x20.reshape([3, 1, 1]).convolve(x22, stride = 1, pad = 0, dilation = 1, groups = 1);
        let v24 = ((v21 / v21.rank()) * 0.5);
        let v26 = i25.number();
        let mut h27 = (v23).tanh();
        let mut h28 = (v24).tanh();
        let mut r30 = zeros([3]);
        let mut r31 = zeros([3]);
        for t32 in (0..3).rev() {
            let v33 = x29.at(t32, axis = 1);
            let v34 = (h27 * (0.25 * t32 - 0.3));
            let v35 = v34.upsample_bilinear([1, 2]);
            h27 = 0.5 * h27 + ((v33 + zeros([2, 1, 1])) * 0.5);
            h28 = 0.5 * h28 + (h28 * 0.5);
            r30[t32] = v33.reshape([]);
            r31[t32] = v35.flatten().slice(0, 3, 4).reshape([]);
        }
        let v36 = v26.reshape([1]).rms_norm(axes = 1, affine = false, epsilon = 0.01);
        let v38 = (v36.sum() + r31.at(0).sum() + r30.squared_error(x37) + h28.square().sum());
        (v38, r30)
    }
}

network_case! {
    every batch; seed_20: Random {
        loss(reals reals reals indices indices reals) / loss_in_training + loss_and_grad_in_evaluation / loss_and_grad_in_training
    }
    pub struct Random;

    fn block1(x2: Tensor<3>, i7: Index<3, 5, 2>) -> Tensor<5, 1, 3> {
        let v3 = (x2.reshape([1, 1, 3]).conv(3, 3, stride = 2, pad = "same") * 0.5);
        let b4 = buffer([1, 3], constant(1.0));
        b4.update(b4);
        let v6 = concat([full([2, 1, 2], -0.11230000000000001), v3], axis = 0);
        let v8 = (v6.matmul(i7.one_hot()) * 0.5);
        v8
    }

    #[gradient(evaluation)]
    pub fn loss(&self, x10: Tensor<1, 1>, x11: Tensor<1, 3>, x23: Tensor<2, 3>, i31: Index<3, 5, 2>, i33: Index<3, 5, 2>, s37: Shared<1>) -> Scalar {
        let v12 = dense(full([1, 3], -1.2123), 3, bias = false);
        let mut h13 = x11;
        for t14 in 0..1 {
            let v15 = (v12 * (0.25 * t14 - 0.3));
            h13 = v15.tanh();
        }
        let v17 = v12.elu();
        let v18 = noise([3], normal(0.5));
        let v21 = noise([3, 5, 5], uniform(-1.0, 1.0));
        let mut h22 = v21;
        let mut r24 = zeros([4, 2]);
        r24[0] = v17.flatten().slice(0, 0, 2).reshape([2]);
        let b28 = buffer([1], normal(0.5));
        for t25 in 1..3 {
            let v26 = x23.at(t25, axis = 1);
            let v29 = concat([x10.flatten().pad(0, 0, 1).reshape([2]), b28, v26], axis = 0);
            h22 = 0.5 * h22 + (h22 * 0.5);
            r24[t25 + 1] = v29.flatten().slice(0, 0, 2).reshape([2]);
        }
        let v32 = (v18 * 0.5).block1(i31);
        let v34 = (v18 * 0.5).block1(i33);
        let v35 = v32.max_pool1d(1, stride = 1, pad = [0, 0]);
        let mut h38 = s37;
        let w39 = param([4], constant(0.5));
        let mut r40 = zeros([4, 2, 2]);
        let mut r41 = r24;
        for t42 in 1..4 {
            let v43 = w39.at(t42);
            let v44 = concat([v34], axis = 2);
            h38 = 0.5 * h38 + (h38 * 0.5);
            r40[t42] = (v43 + zeros([2, 2]));
            r41[t42] = v44.flatten().slice(0, 1, 3).reshape([2]);
        }
        let v45 = v35.t();
        let v46 = (v45.square().sum() + r41.square().sum() + r40.tanh().sum() + h38.tanh().sum());
        v46
    }
}

network_case! {
    every batch; seed_21: Random {
        loss(reals indices indices reals reals) + loss_and_grad
    }
    pub struct Random;

    #[gradient(evaluation)]
    pub fn loss(&self, x2: Tensor<5>, i3: Index<4, 3>, i5: Index<5>, x10: Tensor<2, 1>, x12: Tensor<5, 2>) -> Scalar {
        let v4 = i3.embedding(4);
        let v6 = (x2.log_softmax().negative_log_likelihood(i5, ignore = 1.0)).tanh();
        let v7 = v6.reshape([1, 1]).max_pool([1, 3], stride = [3, 3], pad = [[0, 0], [2, 0]]);
        let w8 = param([2, 1], lecun_normal());
        let w9 = param([2, 2], constant(0.5));
        let v11 = (v7 + zeros([2, 1])).scaled_dot_product_attention(w8, w9, mask = x10.greater_equal(0.17807499999999998), );
        let v13 = v11.t().matmul(x12.t());
        let v14 = v4.cumsum(axis = 0);
        let v15 = noise([3, 2], uniform(-1.0, 1.0));
        let v16 = concat([v15, v14], axis = 1);
        let v17 = (v13.matmul(x2) * 0.5);
        let v18 = v17.reshape([2, 1]).upsample_nearest([1, 2]);
        let v19 = (v18.tanh().sum() + v16.tanh().sum());
        v19
    }
}

network_case! {
    every batch; seed_22: Random {
        loss(reals indices reals indices reals reals reals indices reals indices) / loss_in_training + loss_and_grad_in_evaluation / loss_and_grad_in_training
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

    #[gradient(evaluation)]
    pub fn loss(&self, x14: Tensor<3, 1, 4>, i15: Index<3, 3>, x16: Tensor<2, 1>, i19: Index<2, 2, 5>, x27: Tensor<1, 4>, s32: Shared<2, 2>, s33: Shared<2, 3>, i35: Index<2, 3, 1, 4>, s38: Shared<3>, i41: Index<3, 5>) -> Scalar {
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
        let v30 = h18.multiply_no_nan(full([3, 1, 1], -1.1123));
        let v31 = v30.adaptive_mean_pool([1, 4]);
        let v34 = (r22.matmul(s32) + s33.flatten().slice(0, 2, 6).reshape([1, 2, 2])).relu();
        let v36 = (if training() { v31 } else { i35.number() });
        let w37 = param([2], uniform(-0.5, 0.5));
        let v39 = concat([full([1], -0.5123), w37, s38, v21], axis = 0);
        let v40 = v36.block1(i15, s32.flatten().slice(0, 0, 2).reshape([2, 1]));
        let v42 = r20.softmax_cross_entropy(i41, label_smoothing = 0.125);
        let v43 = (v42.dropout(0.0)).tanh();
        let v44 = (v43 + v40.squared_error(v40) + v39.sum() + v34.mean());
        v44
    }
}

network_case! {
    batches above one; seed_23: Random {
        loss(reals reals) / loss_in_training + loss_and_grad_in_evaluation / loss_and_grad_in_training
    }
    pub struct Random;

    fn block1(x3: Tensor<3>) -> Scalar {
        let v4 = (arange(3).gaussian_negative_log_likelihood(x3, x3) * 0.03125);
        v4
    }

    #[gradient(evaluation)]
    pub fn loss(&self, x10: Scalar, s17: Shared<2, 1>) -> Scalar {
        let w6 = param([3, 4], xavier_uniform());
        let v7 = full([3, 4], 1.0123).glu();
        let v8 = hard_swish(v7);
        let v9 = w6.flatten(from = 0);
        let v11 = x10.reshape([1, 1, 1]).conv(1, [3, 1], stride = 3, pad = [[4, 1], [0, 0]], dilation = 1, groups = 1).tanh();
        let v12 = v9.flatten().slice(0, 6, 9).reshape([3]).block1();
        let v13 = v8.instance_norm(affine = true, epsilon = 0.01);
        let v14 = min(v11, (v12 + zeros([1, 2, 1])));
        let v15 = (v14.absolute_difference(v14) * 0.5);
        let v16 = (v12 + zeros([12])).glu();
        let v18 = select(s17.less(-0.403075), 0.6123, v15);
        let v19 = (v16.batch_norm(epsilon = 0.1)).tanh();
        let v20 = (v19.tanh().sum() + v18.sum() + v13.sum());
        v20
    }
}
