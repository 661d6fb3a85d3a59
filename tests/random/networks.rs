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
        loss(reals reals reals reals reals) + loss_and_grad
    }
    pub struct Random;

    fn block1(x2: Tensor<3>, x3: Tensor<1, 3, 2>) -> Tensor<1, 2> {
        let v4 = (x2.matmul(x3) * 0.5);
        v4
    }

    pub fn loss(&self, x5: Tensor<3>, x6: Tensor<5, 5>, x10: Tensor<1, 3, 2>, x18: Tensor<3, 3>, x31: Tensor<1, 1>) -> Scalar {
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
            h13 = 0.5 * h13 + ((x31 + zeros([1, 3, 2])) * 0.5);
            h14 = 0.5 * h14 + (h24.flatten().slice(0, 0, 2).reshape([1, 2]) * 0.5);
            h15 = 0.5 * h15 + (r25.flatten().slice(0, 0, 1).reshape([]) * 0.5);
            r19[t21] = h24;
            r20[t21] = h24;
        }
        let v34 = (r20.squared_error(h13.flatten().pad(0, 3, 0).reshape([3, 3])) + r19.at(0).sum() + h15 + h14.mean());
        v34
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
        loss(reals reals indices) + loss_and_grad
    }
    pub struct Random;

    fn block1(x4: Tensor<1>, x8: Tensor<3, 1>, x9: Tensor<3>) -> (Tensor<3>, Tensor<3>) {
        let v5 = ((x4 * 0.25)).erfinv();
        let mut h7 = v5;
        let mut r10 = x9;
        let mut r11 = x9;
        let w15 = param([2], zeros());
        for t12 in (0..3).rev() {
            let v13 = x8.at(t12);
            r10[t12] = w15.flatten().slice(0, 1, 2).reshape([]);
            r11[t12] = v13.reshape([]);
        }
        (r11, r10)
    }

    pub fn loss(&self, x20: Scalar, x22: Tensor<1, 2, 3>, i26: Index<4, 1>) -> Scalar {
        let w21 = param([1], uniform(-0.5, 0.5));
        let (v23, v24) = w21.block1(full([3, 1], 0.4123), x22.flatten().slice(0, 1, 4).reshape([3]));
        let v25 = w21.reshape([1, 1]).mean_pool();
        let v27 = i26.one_hot(classes = 5);
        let (v28, v29) = block1(v24.flatten().slice(0, 0, 1).reshape([1]), v23.reshape([3, 1]), v23);
        let mut h30 = v27;
        let mut h31 = x20;
        for t32 in 0..1 {
            let v33 = v28.flatten().slice(0, 0, 1).reshape([1]).at(t32);
            let v34 = (v25 * (0.25 * t32 - 0.3));
            let mut h35 = (v33).tanh();
            let mut h36 = v34;
            let mut h37 = h30;
            let mut r39 = zeros([1, 1]);
            let mut r40 = zeros([2, 3]);
            for t41 in 0..1 {
                let v44 = v34.stop_gradient();
                (h35, h36, h37) = (0.5 * h35 + (h35 * 0.5), v44.tanh(), 0.5 * h37 + ((h35 + zeros([1, 5])) * 0.5));
                r39[t41] = h36.reshape([1]);
                r40[t41 + 1] = (v44 + zeros([3]));
            }
            h30 = r40.flatten().slice(0, 0, 5).reshape([1, 5]).tanh();
            h31 = r39.reshape([]).tanh();
        }
        let b45 = buffer([3, 1], normal(0.5));
        let (v46, v47) = v29.flatten().slice(0, 0, 1).reshape([1]).block1(b45, v28);
        let v48 = (v47.mean() + v46.mean() + h31 + h30.squared_error(v47.flatten().pad(0, 1, 1).reshape([1, 5])));
        v48
    }
}

network_case! {
    every batch; seed_4: Random {
        entry15(reals reals reals)
        loss(reals indices reals indices number) / loss_in_training + loss_and_grad_in_evaluation / loss_and_grad_in_training
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

    pub fn entry15(&self, x16: Tensor<2>, s19: Shared<1, 3>, x20: Tensor<1, 2, 2>) -> Tensor<1, 1, 1> {
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
        let v29 = r21.min_over(axis = [0, 1, 2], keep = true);
        let v31 = v29.mean_pool1d(1, stride = 1, pad = [0, 0]);
        v31
    }

    pub fn loss(&self, s39: Shared<3>, i44: Index<2>, x48: Tensor<3, 1>, i50: Index<3>, s70: Shared) -> (Tensor<2, 1>, Scalar) {
        let mut h40 = s39;
        let mut h41 = s39;
        for t42 in 0..3 {
            let v43 = (h40 * (0.25 * t42 - 0.3));
            let v45 = v43.flatten().slice(0, 0, 1).reshape([]).sigmoid().binary_cross_entropy(i44);
            h41 = 0.5 * h41 + ((v45 + zeros([3])) * 0.25);
        }
        let b46 = buffer([2, 5], normal(0.5));
        let w47 = param([2, 5], he_uniform());
        b46.update(w47);
        let v49 = x48.multi_head_attention(heads = 1);
        let v51 = h40.hinge(i50, margin = 0.77);
        let b52 = buffer([1], constant(1.0));
        b52.update(b52 * 0.5);
        let v53 = block1((v49.flatten().pad(0, 0, 1).reshape([1, 4])).tanh());
        let v54 = block6();
        b46.update(b46 + 0.25 * (v53.flatten().pad(0, 3, 3).reshape([2, 5]).batch_sum() / batch_size() - b46));
        let v55 = h41.feed_forward(3);
        let mut h56 = (v54 * 0.25);
        let mut r57 = zeros([2, 1]);
        for t58 in 0..2 {
            let v59 = ones([2, 3]).at(t58);
            let v60 = (v51 + zeros([2])).at(t58);
            let mut h61 = w47;
            let mut r62 = h56.flatten().slice(0, 0, 5).reshape([5]);
            r62[0] = v60;
            let mut r63 = (v59 + zeros([4, 3]));
            for t64 in 0..4 {
                let v65 = v49.flatten().pad(0, 1, 0).reshape([4]).at(t64);
                let v66 = v55.flatten().pad(0, 3, 2).reshape([4, 2]).at(t64);
                let v67 = v65.hard_swish();
                let v68 = concat([h41, v66], axis = 0);
                h61 = 0.5 * h61 + (h61 * 0.5);
                r62[t64 + 1] = v68.flatten().slice(0, 0, 1).reshape([]);
                r63[t64] = (v67 + zeros([3]));
            }
            let v71 = s70.reshape([1]).mask(h61.flatten().slice(0, 0, 1).reshape([1]).stop_gradient().less(0.328075)).softmax(axis = 0);
            r57[t58] = v71;
        }
        let [v72] = r57.split(1);
        let v73 = (v72.square().sum() + h56.tanh().sum());
        (v72, v73)
    }
}

network_case! {
    every batch; seed_5: Random {
        entry21(reals reals reals reals reals reals reals) / entry21_in_training + entry21_and_grad_in_evaluation / entry21_and_grad_in_training
        loss(reals reals) + loss_and_grad
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

    pub fn entry21(&self, x30: Tensor<2, 2, 2>, x36: Tensor<1, 2>, x42: Tensor<2>, x45: Tensor<1, 2, 3>, x47: Tensor<1, 2, 4>, x49: Tensor<3, 4>, x54: Tensor<3, 2>) -> Scalar {
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
        same_shape(v23.reshape([1]), v24);
        let v43 = self.helper5(x42, x36);
        let mut h44 = v43;
        let mut h46 = x45;
        let mut h48 = x47;
        let mut r50 = zeros([4]);
        let mut r51 = zeros([5, 2]);
        r51[0] = x49.flatten().slice(0, 0, 2).reshape([2]);
        for t52 in 0..4 {
            let v53 = x49.at(t52, axis = 1);
            let v55 = (x54 * (0.25 * t52 - 0.3));
            let mut h57 = w22;
            let mut h58 = x36;
            let mut r61 = zeros([4, 3]);
            r61[0] = v53;
            for t62 in 0..3 {
                h58 = 0.5 * h58 + ((h57 + zeros([1, 2])) * 0.5);
                r61[t62 + 1] = (h57 + zeros([3]));
            }
            (h44, h46, h48) = (0.5 * h44 + ((h57 + zeros([3, 4, 5])) * 0.5), 0.5 * h46 + ((h57 + zeros([1, 2, 3])) * 0.5), 0.5 * h48 + (v55.flatten().pad(0, 1, 1).reshape([1, 2, 4]) * 0.5));
            r50[t52] = v55.flatten().slice(0, 0, 1).reshape([]);
            r51[t52 + 1] = h46.flatten().slice(0, 0, 2).reshape([2]);
        }
        let v67 = (r51.sum() + r50.square().sum() + h48.sum() + h46.mean());
        v67
    }

    pub fn loss(&self, x71: Tensor<3>, x74: Tensor<2, 3>) -> Scalar {
        let v69 = noise([3, 5, 1], uniform(-1.0, 1.0));
        let mut h70 = v69;
        let mut h72 = x71;
        let mut h73 = v69;
        for t75 in (0..2).rev() {
            let v77 = (h72 * (0.25 * t75 - 0.3));
            h70 = 0.5 * h70 + (v77.flatten().pad(0, 3, 9).reshape([3, 5, 1]) * 0.5);
            h72 = h70.flatten().slice(0, 0, 3).reshape([3]).tanh();
            h73 = 0.5 * h73 + (h73 * 0.5);
        }
        let v79 = full([4, 2], -0.11230000000000001).bidirectional(rnn(1), rnn(1, reverse = true));
        let mut h80 = v79;
        let mut h81 = x74;
        let mut r83 = zeros([3]);
        let w84 = param([3, 1], uniform(-0.5, 0.5));
        let mut r85 = w84;
        for t86 in 0..3 {
            let v93 = relu(h73);
            h80 = v93.flatten().slice(0, 0, 8).reshape([4, 2]).tanh();
            r83[t86] = v93.flatten().slice(0, 0, 1).reshape([]);
            r85[t86] = h81.flatten().slice(0, 0, 1).reshape([1]);
        }
        let v95 = h72.rnn_cell(r83.flatten().slice(0, 0, 1).reshape([1]), 1);
        let v96 = (v95.sum() + r85.mean() + h81.mean() + h80.sum());
        v96
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

    pub fn loss(&self, i28: Index<2, 3>, x29: Tensor<5, 1, 4>, x45: Tensor<3, 3>) -> (Tensor<2, 2, 1>, Scalar) {
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
        let v54 = h50.softplus();
        let v55 = sqrt(((v54.softplus() + 0.3)));
        let v56 = v55.max_pool([1, 3], stride = [2, 2], pad = [[0, 0], [2, 0]]);
        let v57 = (v56.at(0).sum());
        (v56, v57)
    }
}

network_case! {
    every batch; seed_7: Random {
        loss() + loss_and_grad
    }
    pub struct Random;

    pub fn loss(&self) -> (Scalar, Tensor<2, 4, 4>) {
        let w25 = param([2, 4, 4], xavier_uniform());
        let v26 = square(w25);
        let w27 = param([1, 2], normal(0.5));
        let v28 = w27.max(0.9123);
        let v29 = v28.mean(axis = [0, 1], keep = true);
        let v30 = (v29.mean() + v26.squared_error(v26));
        (v30, v26)
    }
}

network_case! {
    every batch; seed_8: Random {
        loss(reals reals reals indices reals) + loss_and_grad
    }
    pub struct Random;

    pub fn loss(&self, x10: Tensor<4>, x16: Tensor<3, 2>, x19: Tensor<2>, i23: Index<2>, x24: Tensor<3, 1>) -> Scalar {
        let v11 = erfinv(((x10 * 0.5)));
        let v12 = (v11 * v11.size(-1));
        let mut h13 = (v12 * 0.5);
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
        loss(indices reals) + loss_and_grad
    }
    pub struct Random;

    pub fn loss(&self, i9: Index<2>, x10: Tensor<5>) -> (Scalar, Scalar) {
        let v11 = (x10.flatten().slice(0, 2, 3).reshape([1]) * i9.one_hot());
        let v12 = v11.max_pool1d(1, stride = 3, pad = [0, 0]);
        let [v13] = v12.split(1);
        let v14 = v13.reshape([]).binary_cross_entropy_with_logits(i9);
        let v15 = (v14);
        (v15, v14)
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
        entry7(reals reals indices)
        loss(reals reals indices reals) + loss_and_grad
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

    pub fn loss(&self, x56: Tensor<3>, x58: Tensor<5, 2, 3>, i61: Index<3, 3>, x65: Tensor<4>) -> Scalar {
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
        let w51 = param([1, 2], he_normal());
        let v52 = w51.gru(hidden = 2);
        let v57 = self.helper1(x56);
        let v59 = self.helper1(x58.flatten().slice(0, 0, 3).reshape([3]));
        let b60 = buffer([3, 3], normal(0.5));
        let v62 = self.entry7(b60.flatten().slice(0, 0, 1).reshape([1]), b60.flatten().slice(0, 2, 5).reshape([3]), i61);
        let v63 = (v52.flatten().slice(0, 0, 1).reshape([]).stop_gradient().less(-0.378075) * v59);
        let v64 = (if v59.size(0) == 2 { v59 } else { v62.flatten().slice(0, 1, 2).reshape([1]) });
        let w66 = param([4], constant(0.5));
        let v67 = x65.mean_squared_error(w66);
        let v68 = (v67 + v64.tanh().sum() + v63.square().sum() + v57.tanh().sum());
        v68
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
        loss(reals reals indices reals indices indices) / loss_in_training + loss_and_grad_in_evaluation / loss_and_grad_in_training
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

    pub fn loss(&self, x43: Tensor<3, 5>, x44: Scalar, i45: Index<2, 3, 2, 2>, s56: Shared<4>, i61: Index<3, 2>, i65: Index<4>) -> Scalar {
        let v46 = block9((x44 + zeros([3])), i45);
        let mut h54 = x44;
        let mut h55 = v46;
        let mut r57 = s56;
        for t58 in 1..4 {
            let v59 = full([4], -1.4122999999999999).at(t58);
            let v60 = (full([], 0.8123) * (0.25 * t58 - 0.3));
            takes(i61.number(), "scores");
            h54 = 0.5 * h54 + (v59 * 0.5);
            h55 = 0.5 * h55 + ((v60 + zeros([3])) * 0.5);
            r57[t58] = v60;
        }
        let v62 = noise([1], normal(0.5));
        let v63 = v62.dense(1).tanh();
        same_shape(x43, r57.flatten().pad(0, 5, 6).reshape([3, 5]));
        let b64 = buffer([4, 3], normal(0.5));
        b64.update(b64);
        let (v66, v67) = self.entry24(i65, h55, i45);
        let v68 = (v66.reshape([5, 1, 1]).conv_transpose(2, [3, 1], stride = 1, pad = [[2, 0], [0, 0]], dilation = 1, groups = 1) * 0.5);
        let w69 = param([2, 1, 1], he_uniform());
        let v70 = (v68.squared_error(w69) + v67.tanh().sum() + v63.squared_error(v62) + h54);
        v70
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
        loss(reals reals) + loss_and_grad
    }
    pub struct Random;

    fn block1(x3: Tensor<2>) -> (Tensor<1, 1>, Scalar) {
        let b4 = buffer([2, 1], normal(0.5));
        let b5 = buffer([1], constant(1.0));
        let v6 = ((x3.matmul(b4) + b5) * 0.5);
        let v7 = noise([3], normal(0.5));
        let v8 = v7.min_over(axis = -1);
        let v9 = sqrt(((b5.square() + 0.3)));
        let v10 = v9.binary_cross_entropy_with_logits(v6.sigmoid());
        let v11 = v8.reshape([1, -1]);
        (v11, v10)
    }

    fn block12(x13: Tensor<2, 2>) -> Tensor<1, 1> {
        let v15 = x13.reshape([4]).glu();
        let (v16, v17) = block1(v15);
        v16
    }

    pub fn loss(&self, x18: Tensor<1, 4>, x27: Tensor<2, 3>) -> (Scalar, Tensor<1, 1>, Scalar) {
        let v19 = x18.reshape([2, 2]).block12();
        let (v20, v21) = block1((v19.flatten().pad(0, 1, 0).reshape([2])).tanh());
        let v22 = (v21.reshape([1, 1, 1]).conv(1, 3, stride = 2, pad = "same")).tanh();
        let v23 = v20.norm();
        let v24 = v23.reshape([1]).pad(0, 1, 1);
        let v25 = v24.flatten().slice(0, 0, 1).reshape([1, 1, 1]).logistic_loss(v22);
        let (v28, v29) = x27.flatten().slice(0, 0, 2).reshape([2]).block1();
        let v30 = (v29 + v28.at(0).sum() + v25.sum());
        (v29, v28, v30)
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
