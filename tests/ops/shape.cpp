#include "dsl/indexing.h"
#include "tests/support/check_gradient.h"

using namespace lithe;
using namespace lithe::indexing;
using namespace lithe::tests;

BOOST_AUTO_TEST_SUITE(ops_shape)

BOOST_AUTO_TEST_CASE(views_share_memory) {
    const Tensor x = arange(12).reshape({3, 4});
    x.view({2, 6})[0].fill_(7);
    x.transpose(0, 1)[3].zero_();
    check_equal(x, tensor({{7, 7, 7, 0}, {7, 7, 6, 0}, {8, 9, 10, 0}}));
    BOOST_TEST(x.transpose(0, 1).reshape({12}).array().shares_buffer(x.array()) == false);
}

BOOST_AUTO_TEST_CASE(shapes_are_checked) {
    const Tensor x = zeros({2, 6});
    BOOST_TEST(str(x.reshape({-1, 4}).sizes()) == "[3, 4]");
    BOOST_TEST(str(x.flatten().sizes()) == "[12]");
    BOOST_TEST(str(x.unflatten(1, {2, -1}).sizes()) == "[2, 2, 3]");
    BOOST_TEST(str(x.unsqueeze(-1).squeeze(-1).sizes()) == "[2, 6]");
    BOOST_TEST(str(zeros({0, 3}).flatten(0, 1).sizes()) == "[0]");
    check_error("reshape.count", [&] { x.reshape({5}); });
    check_error("reshape.infer", [&] { x.reshape({-1, 5}); });
    check_error("reshape.infer", [&] { x.reshape({-1, -1}); });
    check_error("permute.perm", [&] { x.permute({0, 0}); });
    check_error("expand.shape", [&] { x.expand({3, 6}); });
    check_error("cat.shapes", [&] { cat({x, zeros({2, 5})}, 0); });
    check_error("select.range", [&] { x[2]; });
    check_error("narrow.range", [&] { x.narrow(1, 4, 3); });
}

BOOST_AUTO_TEST_CASE(joining_and_parting) {
    const Tensor a = tensor({{1, 2}, {3, 4}}), b = tensor({{5, 6}});
    check_equal(cat({a, b}), tensor({{1, 2}, {3, 4}, {5, 6}}));
    check_equal(stack({a[0], b[0]}, 1), tensor({{1, 5}, {2, 6}}));
    check_equal(cat({a, b}).split(2)[1], b);
    check_equal(arange(5).chunk(2)[1], tensor({3, 4}));
    check_equal(a.flip({0, 1}), tensor({{4, 3}, {2, 1}}));
    check_equal(arange(5).roll(2), tensor({3, 4, 0, 1, 2}));
    check_equal(a.repeat({1, 2}), tensor({{1, 2, 1, 2}, {3, 4, 3, 4}}));
    check_equal(repeat_interleave(a, 2, 0), tensor({{1, 2}, {1, 2}, {3, 4}, {3, 4}}));
    check_equal(a.tril(), tensor({{1, 0}, {3, 4}}));
    check_equal(a.triu(1), tensor({{0, 2}, {0, 0}}));
    check_equal(a.diagonal(), tensor({1, 4}));
    check_equal(constant_pad(a, {1, 0, 0, 1}, 9), tensor({{9, 1, 2}, {9, 3, 4}, {9, 9, 9}}));
    check_equal(constant_pad(a, {-1, 0}), tensor({{2}, {4}}));
    check_equal(pad(arange(3), {2, 2}, PadMode::reflect), tensor({2, 1, 0, 1, 2, 1, 0}));
    check_equal(pad(arange(3), {1, 2}, PadMode::replicate), tensor({0, 0, 1, 2, 2, 2}));
    check_equal(pad(arange(3), {1, 2}, PadMode::circular), tensor({2, 0, 1, 2, 0, 1}));
}

BOOST_AUTO_TEST_CASE(indexing_as_in_python) {
    const Tensor x = arange(24).reshape({2, 3, 4});
    check_equal(x.index({1, 2, 3}), full({}, 23));
    check_equal(x.index({Ellipsis, 0}), tensor({{0, 4, 8}, {12, 16, 20}}));
    check_equal(x.index({0, Slice(1, None), Slice(None, None, 2)}), tensor({{4, 6}, {8, 10}}));
    check_equal(x.index({0, 0, Slice(-2, None)}), tensor({2, 3}));
    BOOST_TEST(str(x.index({None, Ellipsis, None}).sizes()) == "[1, 2, 3, 4, 1]");
    check_equal(x.index({1, tensor({2, 0, -1}), 1}), tensor({21, 13, 21}));
    check_equal(x.index({tensor({0, 1}), tensor({2, 0})}),
                tensor({{8, 9, 10, 11}, {12, 13, 14, 15}}));
    BOOST_TEST(str(x.index({tensor({0, 1, 1}), Slice(), tensor({2, 0, 1})}).sizes()) == "[3, 3]");
    check_equal(x.index({x > 21}), tensor({22, 23}));
    check_error("index.range", [&] { x.index({tensor({2})}); });
    check_error("index.axes", [&] { x.index({0, 0, 0, 0}); });
}

BOOST_AUTO_TEST_CASE(writing_by_index) {
    const Tensor x = zeros({3, 3}, DType::i64);
    x.index_put_({0, Slice(1, None)}, 5);
    x.index_put_({tensor({2, 2}), tensor({0, 2})}, tensor({7, 8}));
    x.index_put_({x == 0}, -1);
    check_equal(x, tensor({{-1, 5, 5}, {-1, -1, -1}, {7, -1, 8}}));
    x.index_put_({tensor({0, 0})}, tensor({1, 1, 1}), true);
    check_equal(x[0], tensor({1, 7, 7}));
}

BOOST_AUTO_TEST_CASE(gathering_and_scattering) {
    const Tensor x = tensor({{1.0, 2.0}, {3.0, 4.0}}), index = tensor({{0, 0}, {1, 0}});
    check_equal(x.gather(1, index), tensor({{1.0, 1.0}, {4.0, 3.0}}));
    check_equal(zeros({2, 2}).scatter(1, index, x), tensor({{2.0, 0.0}, {4.0, 3.0}}));
    check_equal(zeros({2, 2}).scatter_add(1, index, x), tensor({{3.0, 0.0}, {4.0, 3.0}}));
    check_equal(x.index_select(0, tensor({1, 1})), tensor({{3.0, 4.0}, {3.0, 4.0}}));
    check_equal(embedding(x, tensor({{1}, {0}})), tensor({{{3.0, 4.0}}, {{1.0, 2.0}}}));
    check_equal(one_hot(tensor({0, 2})), tensor({{1, 0, 0}, {0, 0, 1}}));
    check_error("gather.range", [&] { x.gather(1, tensor({{2}})); });
    check_error("index_select.range", [&] { x.index_select(0, tensor({-1})); });
}

BOOST_AUTO_TEST_CASE(gradients_equal_finite_differences) {
    const Tensor x = numbers({3, 4}), y = numbers({2, 4}, DType::f64, 1, 3);
    const auto check = [&](const std::function<Tensor(const Tensor&)>& f) {
        check_gradient([&](const Tensors& t) { return square(f(t[0])); }, {x});
    };
    check([](const Tensor& t) { return t.reshape({2, 6}); });
    check([](const Tensor& t) { return t.transpose(0, 1); });
    check([](const Tensor& t) { return t.unsqueeze(1).expand({3, 2, 4}); });
    check([](const Tensor& t) { return t.slice(1, 1, 4, 2); });
    check([](const Tensor& t) { return t[1]; });
    check([](const Tensor& t) { return t.flip(0); });
    check([](const Tensor& t) { return constant_pad(t, {1, 2, -1, 1}); });
    check([](const Tensor& t) { return pad(t, {2, 1}, PadMode::reflect); });
    check([](const Tensor& t) { return t.gather(1, tensor({{0, 0}, {3, 1}})); });
    check([](const Tensor& t) { return t.index_select(1, tensor({3, 0, 3})); });
    check([](const Tensor& t) { return t.index({tensor({0, 2}), tensor({1, 1})}); });
    check([](const Tensor& t) { return t.diagonal(); });
    check([](const Tensor& t) { return pixel_shuffle(t.reshape({4, 1, 3}), 2); });
    check_gradient([](const Tensors& t) { return square(cat({t[0], t[1]}, 0)); }, {x, y});
    check_gradient(
        [](const Tensors& t) {
            return square(t[0].scatter_add(0, tensor({{0, 2}, {1, 1}}), t[1]));
        },
        {x, y});
    check_gradient([](const Tensors& t) { return square(slice_scatter(t[0], t[1], 0, 1, 3)); },
                   {x, y});
}

BOOST_AUTO_TEST_CASE(writes_through_views_reach_the_gradient) {
    const Tensor x = numbers({2, 3});
    check_gradient(
        [](const Tensors& t) {
            const Tensor y = t[0] * 2;
            y[0].mul_(t[0][1]);
            y.index_put_({1, 2}, t[0].index({0, 0}));
            y.transpose(0, 1)[1].add_(1);
            return y * y;
        },
        {x});
}

BOOST_AUTO_TEST_CASE(in_place_is_checked) {
    const Tensor whole = tensor({1, 2}), leaf = tensor({1.0}).requires_grad_();
    check_error("tensor.in_place_dtype", [&] { whole.add_(1.5); });
    check_error("tensor.in_place_shape", [&] { whole.add_(zeros({3, 2}, DType::i64)); });
    check_error("tensor.leaf_write", [&] { leaf.add_(1); });
    check_error("tensor.shared_write", [&] { zeros({1}).expand({3}).add_(1); });
    NoGradGuard no_grad;
    leaf.add_(1);
    BOOST_TEST(leaf.item<double>() == 2);
}

BOOST_AUTO_TEST_SUITE_END()
