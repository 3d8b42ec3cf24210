#include "dsl/random.h"
#include "tests/support/check_gradient.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

/// The convolution of two 2-d images by its formula.
Tensor plain_conv(const Tensor& x, const Tensor& w, const Sizes& stride, const Sizes& pad,
                  const Sizes& dilation, int64_t groups) {
    const auto size = [&](const Tensor& t, int64_t axis) {
        return t.array().size(static_cast<int>(axis));
    };
    const int64_t height =
        (size(x, 2) + 2 * pad[0] - dilation[0] * (size(w, 2) - 1) - 1) / stride[0] + 1;
    const int64_t width =
        (size(x, 3) + 2 * pad[1] - dilation[1] * (size(w, 3) - 1) - 1) / stride[1] + 1;
    const Tensor y = zeros({size(x, 0), size(w, 0), height, width}, DType::f64);
    const int64_t per_group = size(w, 1), filters = size(w, 0) / groups;
    double* out = y.data_ptr<double>();
    for (int64_t n = 0; n < size(x, 0); ++n)
        for (int64_t k = 0; k < size(w, 0); ++k)
            for (int64_t i = 0; i < height; ++i)
                for (int64_t j = 0; j < width; ++j, ++out)
                    for (int64_t c = 0; c < per_group; ++c)
                        for (int64_t u = 0; u < size(w, 2); ++u)
                            for (int64_t v = 0; v < size(w, 3); ++v) {
                                const int64_t a = i * stride[0] + u * dilation[0] - pad[0];
                                const int64_t b = j * stride[1] + v * dilation[1] - pad[1];
                                if (a < 0 || a >= size(x, 2) || b < 0 || b >= size(x, 3)) continue;
                                const int64_t from = k / filters * per_group + c;
                                *out +=
                                    x.array().at(((n * size(x, 1) + from) * size(x, 2) + a) *
                                                     size(x, 3) +
                                                 b) *
                                    w.array().at(
                                        ((k * per_group + c) * size(w, 2) + u) * size(w, 3) + v);
                            }
    return y;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ops_network)

BOOST_AUTO_TEST_CASE(products) {
    const Tensor a = tensor({{1.0, 2.0}, {3.0, 4.0}}), b = tensor({{5.0, 6.0}, {7.0, 8.0}});
    check_equal(matmul(a, b), tensor({{19.0, 22.0}, {43.0, 50.0}}));
    check_equal(matmul(a, b[0]), tensor({17.0, 39.0}));
    check_equal(matmul(a[0], b[0]), full({}, 17.0));
    check_equal(linear(a, b, tensor({1.0, -1.0})), tensor({{18.0, 22.0}, {40.0, 52.0}}));
    check_equal(einsum("ij,jk->ik", {a, b}), matmul(a, b));
    check_equal(einsum("ii", {a}), full({}, 5.0));
    check_equal(einsum("ij->ji", {a}), a.t());
    check_equal(einsum("bi,bj->bij", {a, b}),
                tensor({{{5.0, 6.0}, {10.0, 12.0}}, {{21.0, 24.0}, {28.0, 32.0}}}));
    BOOST_TEST(str(matmul(zeros({4, 1, 2, 3}), zeros({5, 3, 6})).sizes()) == "[4, 5, 2, 6]");
    check_equal(matmul(zeros({2, 0}), zeros({0, 3})), zeros({2, 3}));
    check_error("matmul.inner_dim", [] { matmul(zeros({8, 128}), zeros({64, 10})); });
    check_error("linear.features", [] { linear(zeros({2, 3}), zeros({4, 5})); });
    check_error("einsum.equation", [&] { einsum("ij,jk", {a}); });
    const Tensor x = numbers({2, 3, 4}), y = numbers({4, 2}, DType::f64, 1, 2),
                 z = numbers({2}, DType::f64, 1, 5);
    check_gradient([](const Tensors& t) { return matmul(t[0], t[1]); }, {x, y});
    check_gradient([](const Tensors& t) { return matmul(t[0], t[1]); },
                   {numbers({2, 1, 2, 3}), numbers({3, 3, 2})});
    check_gradient([](const Tensors& t) { return linear(t[0], t[1], t[2]); },
                   {x, y.t().contiguous(), z});
    check_gradient([](const Tensors& t) { return einsum("...ij,jk->...ki", {t[0], t[1]}); },
                   {x, y});
}

BOOST_AUTO_TEST_CASE(convolution_equals_its_formula) {
    const Tensor x = numbers({2, 4, 7, 6}), w = numbers({6, 2, 3, 2}, DType::f64, 1, 1);
    for (const Sizes& stride : {Sizes{1, 1}, Sizes{2, 3}}) {
        for (const Sizes& pad : {Sizes{0, 0}, Sizes{2, 1}}) {
            for (const Sizes& dilation : {Sizes{1, 1}, Sizes{2, 3}}) {
                check_equal(conv2d(x, w, {}, stride, pad, dilation, 2),
                            plain_conv(x, w, stride, pad, dilation, 2), 1e-13);
            }
        }
    }
    check_equal(conv2d(x.to(DType::f32), w.to(DType::f32), {}, 1, 1, 1, 2),
                plain_conv(x, w, {1, 1}, {1, 1}, {1, 1}, 2).to(DType::f32), 1e-5);
    BOOST_TEST(str(conv1d(zeros({3, 8}), zeros({5, 3, 3})).sizes()) == "[5, 6]");
    BOOST_TEST(str(conv3d(zeros({1, 1, 4, 5, 6}), zeros({2, 1, 2, 2, 2})).sizes()) ==
               "[1, 2, 3, 4, 5]");
    check_error("conv.channels", [&] { conv2d(x, zeros({6, 3, 3, 3}, DType::f64)); });
    check_error("conv.kernel", [&] { conv2d(x, zeros({6, 4, 9, 9}, DType::f64)); });
    check_error("conv.groups", [&] { conv2d(x, w, {}, 1, 0, 1, 4); });
    check_error("conv.stride", [&] { conv2d(x, w, {}, 0, 0, 1, 2); });
}

BOOST_AUTO_TEST_CASE(convolution_gradients) {
    const Tensor x = numbers({1, 4, 5, 4}), w = numbers({4, 2, 2, 3}, DType::f64, 1, 1),
                 b = numbers({4});
    check_gradient([](const Tensors& t) { return conv2d(t[0], t[1], t[2], {2, 1}, {1, 1}, 1, 2); },
                   {x, w, b});
    const Tensor y = numbers({1, 4, 2, 3}), wt = numbers({4, 1, 3, 2}, DType::f64, 1, 1),
                 bt = numbers({2});
    check_gradient(
        [](const Tensors& t) { return conv_transpose2d(t[0], t[1], t[2], 2, 1, {1, 0}, 2); },
        {y, wt, bt});
    check_gradient([](const Tensors& t) { return conv1d(t[0], t[1], {}, 1, 2, 2); },
                   {numbers({2, 2, 5}), numbers({3, 2, 3})});
}

BOOST_AUTO_TEST_CASE(transposed_convolution_is_the_transpose) {
    const Tensor x = numbers({2, 4, 6, 5}), w = numbers({6, 2, 3, 2}, DType::f64, 1, 1);
    const Tensor y = conv2d(x, w, {}, 2, 1, 1, 2),
                 v = numbers(constant_sizes(y.sizes()), DType::f64, 1, 4);
    const Tensor back = conv_transpose2d(v, w, {}, 2, 1, {1, 1}, 2);
    BOOST_REQUIRE_EQUAL(str(back.sizes()), "[2, 4, 6, 5]");
    BOOST_TEST((y * v).sum().item<double>() == (x * back).sum().item<double>(),
               boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(pooling) {
    const Tensor x = arange(16, DType::f32).reshape({1, 1, 4, 4});
    check_equal(max_pool2d(x, 2), tensor({{{{5.0, 7.0}, {13.0, 15.0}}}}));
    check_equal(avg_pool2d(x, 2), tensor({{{{2.5, 4.5}, {10.5, 12.5}}}}));
    check_equal(avg_pool2d(x, 3, 3, 1), tensor({{{{10.0 / 9, 18.0 / 9}, {42.0 / 9, 50.0 / 9}}}}),
                1e-6);
    check_equal(avg_pool2d(x, 3, 3, 1, false, false), tensor({{{{2.5, 4.5}, {10.5, 12.5}}}}), 1e-6);
    check_equal(adaptive_avg_pool2d(x, 1), full({1, 1, 1, 1}, 7.5));
    check_equal(adaptive_avg_pool1d(arange(5, DType::f32).reshape({1, 5}), 3),
                tensor({{0.5, 2.0, 3.5}}), 1e-6);
    const auto [values, index] = max_pool(x, {.kernel = {3, 3}, .stride = 2, .ceil_mode = true});
    check_equal(values, tensor({{{{10.0, 11.0}, {14.0, 15.0}}}}));
    check_equal(index, tensor({{{{10, 11}, {14, 15}}}}));
    BOOST_TEST(str(max_pool1d(zeros({1, 1, 5}), 2, 2, 0, 1, true).sizes()) == "[1, 1, 3]");
    check_error("max_pool.padding", [&] { max_pool2d(x, 2, 2, 2); });
    check_error("avg_pool.kernel", [&] { avg_pool2d(x, 5); });
    const Tensor y = numbers({1, 2, 5, 4});
    check_gradient([](const Tensors& t) { return max_pool2d(t[0], 2, 2, 1); }, {y});
    check_gradient([](const Tensors& t) { return avg_pool2d(t[0], {3, 2}, 2, 1, true, false); },
                   {y});
    check_gradient([](const Tensors& t) { return adaptive_avg_pool2d(t[0], {2, 3}); }, {y});
    check_gradient([](const Tensors& t) { return std::get<0>(adaptive_max_pool2d(t[0], {2, 3})); },
                   {y});
}

BOOST_AUTO_TEST_CASE(batch_norm_in_both_modes) {
    const Tensor x = numbers({4, 3, 2}), mean = zeros({3}, DType::f64), var = ones({3}, DType::f64);
    const Tensor y = batch_norm(x, {}, {}, mean, var, true, 0.1, 0);
    check_equal(y.mean({0, 2}), zeros({3}, DType::f64), 1e-12);
    check_equal(y.var({0, 2}, 0), ones({3}, DType::f64), 1e-12);
    check_equal(mean, x.mean({0, 2}) * 0.1, 1e-12);
    check_equal(var, x.var({0, 2}) * 0.1 + 0.9, 1e-12);
    check_equal(batch_norm(x, {}, {}, mean, var, false, 0.1, 0),
                (x - mean.reshape({3, 1})) / var.sqrt().reshape({3, 1}), 1e-12);
    check_error("batch_norm.one_value", [&] { batch_norm(zeros({1, 3}), {}, {}, {}, {}, true); });
    const Tensor w = numbers({3}), b = numbers({3}, DType::f64, 1, 2);
    check_gradient([](const Tensors& t) { return batch_norm(t[0], t[1], t[2], {}, {}, true); },
                   {x, w, b}, true, 1e-6);
}

BOOST_AUTO_TEST_CASE(other_norms) {
    const Tensor x = numbers({2, 4, 3});
    const Tensor y = layer_norm(x, {4, 3}, {}, {}, 0);
    check_equal(y.mean({1, 2}), zeros({2}, DType::f64), 1e-12);
    check_equal(y.var({1, 2}, 0), ones({2}, DType::f64), 1e-12);
    const Tensor g = group_norm(x, 2, {}, {}, 0).reshape({2, 2, 6});
    check_equal(g.mean(2), zeros({2, 2}, DType::f64), 1e-12);
    check_equal(rms_norm(x, {3}, {}, 0.0), x / x.square().mean(-1, true).sqrt(), 1e-12);
    check_error("layer_norm.shape", [&] { layer_norm(x, {4}); });
    check_gradient([](const Tensors& t) { return layer_norm(t[0], {3}, t[1], t[2]); },
                   {x, numbers({3}), numbers({3}, DType::f64, 1, 2)}, true, 1e-6);
    check_gradient([](const Tensors& t) { return group_norm(t[0], 2, t[1]); }, {x, numbers({4})},
                   true, 1e-6);
}

BOOST_AUTO_TEST_CASE(losses_equal_their_formulas) {
    const Tensor x = tensor({{1.0, 2.0, 3.0}, {1.0, 1.0, 1.0}}, DType::f64),
                 target = tensor({2, 0});
    const double first = std::log(1 + std::exp(-1.0) + std::exp(-2.0)), second = std::log(3.0);
    const auto near = [](const Tensor& loss, double value) {
        BOOST_TEST(loss.item<double>() == value, boost::test_tools::tolerance(1e-12));
    };
    near(cross_entropy(x, target), (first + second) / 2);
    near(cross_entropy(x, target, {}, Reduction::sum), first + second);
    near(cross_entropy(x, tensor({2, -100})), first);
    near(cross_entropy(x, target, tensor({2.0, 1.0, 1.0}, DType::f64)), (first + 2 * second) / 3);
    near(cross_entropy(x, one_hot(target, 3).to(DType::f64)), (first + second) / 2);
    BOOST_TEST(std::isnan(cross_entropy(x, tensor({-100, -100})).item<double>()));
    near(mse_loss(x, x + 2), 4);
    near(l1_loss(x, x - 3), 3);
    near(smooth_l1_loss(x, x + 0.5), 0.125);
    near(huber_loss(x, x + 3, Reduction::mean, 2), 4);
    const Tensor p = tensor({0.25, 1.0}, DType::f64), t = tensor({0.0, 1.0}, DType::f64);
    near(binary_cross_entropy(p, t), -std::log(0.75) / 2);
    near(binary_cross_entropy_with_logits(tensor({0.0}, DType::f64), tensor({1.0}, DType::f64)),
         std::log(2.0));
    check_error("cross_entropy.target", [&] { cross_entropy(x, tensor({1})); });
    check_error("gather.range", [&] { cross_entropy(x, tensor({1, 3})); });
    const Tensor scores = numbers({3, 4}), classes = tensor({1, 3, 0});
    check_gradient(
        [&](const Tensors& in) {
            return cross_entropy(in[0], classes, {}, Reduction::mean, -100, 0.1);
        },
        {scores});
    check_gradient([&](const Tensors& in) { return multi_margin_loss(in[0], classes); }, {scores},
                   false);
    check_gradient(
        [&](const Tensors& in) {
            return binary_cross_entropy_with_logits(in[0], sigmoid(in[0].detach()));
        },
        {scores}, false, 1);
}

BOOST_AUTO_TEST_CASE(attention) {
    const Tensor q = numbers({2, 3, 4}), k = numbers({2, 5, 4}, DType::f64, 1, 1),
                 v = numbers({2, 5, 2}, DType::f64, 1, 2);
    const Tensor plain = matmul((matmul(q, k.transpose(1, 2)) * 0.5).softmax(-1), v);
    check_equal(scaled_dot_product_attention(q, k, v), plain, 1e-12);
    const Tensor causal = scaled_dot_product_attention(q, k, v, {.is_causal = true});
    check_equal(causal.select(1, 0), v.select(1, 0), 1e-12);
    check_gradient([](const Tensors& t) { return scaled_dot_product_attention(t[0], t[1], t[2]); },
                   {q, k, v});
}

BOOST_AUTO_TEST_CASE(resizing) {
    const Tensor x = tensor({{{0.0, 1.0, 2.0}}});
    check_equal(interpolate(x, {.size = {6}}), tensor({{{0.0, 0.0, 1.0, 1.0, 2.0, 2.0}}}));
    check_equal(interpolate(x, {.size = {5}, .mode = ResizeMode::linear, .align_corners = true}),
                tensor({{{0.0, 0.5, 1.0, 1.5, 2.0}}}), 1e-6);
    check_equal(interpolate(x, {.scale = {2}, .mode = ResizeMode::linear}),
                tensor({{{0.0, 0.25, 0.75, 1.25, 1.75, 2.0}}}), 1e-6);
    check_equal(pixel_unshuffle(pixel_shuffle(numbers({1, 8, 2, 3}), 2), 2), numbers({1, 8, 2, 3}));
}

/// What a factor makes smaller first, then the innermost axis first: the fewest elements are
/// gathered.
BOOST_AUTO_TEST_CASE(resizing_goes_from_axis_to_axis_in_order_of_cost) {
    manual_seed(1);
    const Tensor x = randn({2, 3, 5, 8});
    for (const ResizeMode mode : {ResizeMode::linear, ResizeMode::cubic}) {
        const auto to = [&](const Tensor& image, int64_t height, int64_t width) {
            return interpolate(image, {.size = {height, width}, .mode = mode});
        };
        const auto by = [&](const Tensor& image, double down, double across) {
            return interpolate(image, {.scale = {down, across}, .mode = mode});
        };
        for (const auto& [height, width] : {std::pair(9, 16), {3, 16}, {9, 4}, {3, 4}})
            check_equal(to(x, height, width), to(to(x, 5, width), height, width));
        check_equal(by(x, 0.6, 2), by(by(x, 0.6, 1), 1, 2));
        check_equal(by(x, 2, 0.5), by(by(x, 1, 0.5), 2, 1));
        check_equal(by(x, 2, 2), by(by(x, 1, 2), 2, 1));
        // The orders are told apart by their rounding.
        BOOST_TEST((abs(to(x, 9, 16) - to(to(x, 9, 8), 9, 16)).amax().item<double>() > 0));
    }
}

BOOST_AUTO_TEST_CASE(random_numbers_depend_on_the_seed_alone) {
    manual_seed(42);
    const Tensor a = randn({1000}), b = rand({1000});
    manual_seed(42);
    check_equal(randn({10, 100}).flatten(), a);
    BOOST_TEST(std::abs(a.mean().item<double>()) < 0.1);
    BOOST_TEST(std::abs(a.std().item<double>() - 1) < 0.1);
    BOOST_TEST((b.amin().item<double>() >= 0 && b.amax().item<double>() < 1));
    BOOST_TEST(std::abs(b.mean().item<double>() - 0.5) < 0.05);
    const Tensor dropped = dropout(ones({1000}), 0.25);
    BOOST_TEST(
        ((dropped == 0).sum().item<int64_t>() > 180 && (dropped == 0).sum().item<int64_t>() < 320));
    check_equal(dropout(ones({3}), 1.0), zeros({3}));
    check_equal(std::get<0>(randperm(20).sort()), arange(20));
    check_error("dropout.probability", [] { dropout(ones({3}), 1.5); });
    check_error("randint.range", [] { randint(3, 3, {2}); });
}

BOOST_AUTO_TEST_SUITE_END()
