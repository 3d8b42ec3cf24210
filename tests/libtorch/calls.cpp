// Calls with LibTorch's arguments in LibTorch's order: each line compiles with both libraries, and
// both give these values.
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <string>
#include <vector>

#include "lithe/torch.h"

namespace {

namespace F = torch::nn::functional;
using torch::Tensor;
using torch::tensor;

/// Of one dtype and shape, and equal where neither is NaN.
bool same(const Tensor& a, const Tensor& b) {
    return a.dtype() == b.dtype() && a.sizes() == b.sizes() &&
           torch::allclose(a, b, 1e-6, 1e-7, /*equal_nan=*/true);
}

const double nothing = std::nan("");
const auto tolerance = boost::test_tools::tolerance(1e-5f);

}  // namespace

BOOST_AUTO_TEST_SUITE(libtorch_calls)

BOOST_AUTO_TEST_CASE(differences) {
    const auto x = tensor({{1.0, 4.0, 9.0, 16.0}, {0.0, 1.0, 8.0, 27.0}});
    BOOST_TEST(same(x.diff(), tensor({{3.0, 5.0, 7.0}, {1.0, 7.0, 19.0}})));
    BOOST_TEST(same(torch::diff(x, 2), tensor({{2.0, 2.0}, {6.0, 12.0}})));
    BOOST_TEST(same(x.diff(1, 0), tensor({{-1.0, -3.0, -1.0, 11.0}})));
    BOOST_TEST(same(torch::diff(x, 0), x));
    BOOST_TEST(same(torch::diff(x, 9), torch::zeros({2, 0})));
    BOOST_TEST(same(x.diff(3, 0), torch::zeros({0, 4})));
    const auto line = tensor({1, 4, 9});
    BOOST_TEST(same(torch::diff(line, 1, -1, tensor({0})), tensor({1, 3, 5})));
    BOOST_TEST(same(torch::diff(line, 1, -1, {}, tensor({9, 10})), tensor({3, 5, 0, 1})));
    BOOST_TEST(same(line.diff(2, 0, tensor({0}), tensor({16})), tensor({2, 2, 2})));
    BOOST_TEST(same(tensor({true, false, false}).diff(), tensor({true, false})));
}

BOOST_AUTO_TEST_CASE(places_in_sorted_lines) {
    const auto line = tensor({1.0, 2.0, 2.0, 5.0}), values = tensor({2.0, 0.0, 9.0});
    BOOST_TEST(same(torch::searchsorted(line, values), tensor({1, 0, 4})));
    BOOST_TEST(same(torch::searchsorted(line, values, true),
                    tensor({1, 0, 4}, torch::dtype(torch::kInt))));
    BOOST_TEST(same(torch::searchsorted(line, values, false, true), tensor({3, 0, 4})));
    BOOST_TEST(same(torch::searchsorted(line, values, false, false, "right"), tensor({3, 0, 4})));
    const auto mixed = tensor({2.0, 5.0, 1.0, 2.0});
    BOOST_TEST(same(torch::searchsorted(mixed, values, false, false, "left", mixed.argsort()),
                    tensor({1, 0, 4})));
    BOOST_TEST(torch::searchsorted(line, 2).item<int64_t>() == 1);
    BOOST_TEST(torch::searchsorted(line, 2.5).item<int64_t>() == 3);
    BOOST_TEST(same(torch::bucketize(values, line), tensor({1, 0, 4})));
    BOOST_TEST(
        same(torch::bucketize(values, line, true), tensor({1, 0, 4}, torch::dtype(torch::kInt))));
    BOOST_TEST(same(torch::bucketize(values, line, false, true), tensor({3, 0, 4})));
    BOOST_TEST(torch::bucketize(2, line, /*out_int32=*/false, /*right=*/true).item<int64_t>() == 3);
}

BOOST_AUTO_TEST_CASE(order) {
    const auto x = tensor({{3.0, 1.0, 2.0}, {1.0, 2.0, 0.0}});
    const auto up = tensor({{1.0, 2.0, 3.0}, {0.0, 1.0, 2.0}});
    BOOST_TEST(same(std::get<0>(torch::sort(x)), up));
    BOOST_TEST(same(std::get<0>(torch::sort(x, -1)), up));
    BOOST_TEST(same(std::get<0>(torch::sort(x, -1, true)), up.flip({1})));
    BOOST_TEST(same(std::get<0>(torch::sort(x, /*stable=*/true, -1, false)), up));
    BOOST_TEST(
        same(std::get<0>(x.sort(/*stable=*/true, /*dim=*/1, /*descending=*/true)), up.flip({1})));
    const auto equal = tensor({{1, 0}, {1, 0}, {0, 0}});
    BOOST_TEST(
        same(torch::argsort(equal, /*stable=*/true, /*dim=*/0), tensor({{2, 0}, {0, 1}, {1, 2}})));
    BOOST_TEST(same(torch::argsort(x, true), tensor({{1, 2, 0}, {2, 0, 1}})));
    BOOST_TEST(same(x.argsort(true), tensor({{1, 2, 0}, {2, 0, 1}})));
    BOOST_TEST(same(x.argsort(1, true), tensor({{0, 2, 1}, {1, 0, 2}})));
    BOOST_TEST(same(x.argsort(false, 0, true), tensor({{0, 1, 0}, {1, 0, 1}})));
    BOOST_TEST(
        same(std::get<0>(torch::topk(x, 2, 1, true, true)), tensor({{3.0, 2.0}, {2.0, 1.0}})));
    BOOST_TEST(same(std::get<0>(x.topk(1, -1, false, false)), tensor({{1.0}, {0.0}})));
    const auto gaps = tensor({{nothing, 3.0, 1.0, 2.0}, {4.0, nothing, nothing, nothing}});
    const auto [middle, at] = torch::nanmedian(gaps, 1);
    BOOST_TEST(same(middle, tensor({2.0, 4.0})));
    BOOST_TEST(same(at, tensor({3, 0})));
    BOOST_TEST(same(std::get<0>(gaps.nanmedian(0, true)), tensor({{4.0, 3.0, 1.0, 2.0}})));
    BOOST_TEST(torch::nanmedian(gaps).item<float>() == 2.0f);
    BOOST_TEST(x.quantile(0.4, 1, false, "lower").sizes()[0] == 2);
}

BOOST_AUTO_TEST_CASE(reductions) {
    const auto x = tensor({{1.0, 2.0}, {3.0, 5.0}});
    BOOST_TEST(same(x.sum(1), tensor({3.0, 8.0})));
    BOOST_TEST(same(x.sum({0, 1}, true), tensor({{11.0}})));
    BOOST_TEST(same(torch::sum(x, 1, true), tensor({{3.0}, {8.0}})));
    BOOST_TEST(same(torch::sum(x, {1}, false, torch::kLong), tensor({3, 8})));
    BOOST_TEST(same(torch::sum(x, torch::kInt), torch::tensor(11, torch::dtype(torch::kInt))));
    BOOST_TEST(same(x.sum(std::nullopt, false), torch::tensor(11.0)));
    BOOST_TEST(same(tensor({1, 2}).mean(torch::kFloat), torch::tensor(1.5)));
    BOOST_TEST(same(torch::mean(tensor({1, 2}), 0, true, torch::kFloat), tensor({1.5})));
    BOOST_TEST(same(torch::prod(x, 1, false, torch::kLong), tensor({2, 15})));
    BOOST_TEST(same(x.prod(torch::kLong), torch::tensor(30)));
    BOOST_TEST(same(x.cumsum(1, torch::kLong), tensor({{1, 3}, {3, 8}})));
    BOOST_TEST(same(torch::cumprod(x, 0, torch::kLong), tensor({{1, 2}, {3, 10}})));
    BOOST_TEST(same(std::get<0>(x.max(1)), tensor({2.0, 5.0})));
    BOOST_TEST(same(torch::std(x, {1}, /*unbiased=*/true, /*keepdim=*/true),
                    tensor({{std::sqrt(0.5)}, {std::sqrt(2.0)}})));
    BOOST_TEST(same(torch::var(x, {1}, false, true), tensor({{0.25}, {1.0}})));
    BOOST_TEST(same(x.var(1), tensor({0.5, 2.0})));
    BOOST_TEST(same(x.var(1, /*unbiased=*/false), tensor({0.25, 1.0})));
    BOOST_TEST(same(x.var(false), torch::tensor(2.1875)));
    BOOST_TEST(same(std::get<0>(torch::var_mean(x, false)), torch::tensor(2.1875)));
    BOOST_TEST(same(torch::nansum(tensor({1.0, nothing}), 0, false, torch::kDouble),
                    torch::tensor(1.0, torch::dtype(torch::kDouble))));
}

BOOST_AUTO_TEST_CASE(numbers_in_place_of_tensors) {
    const auto a = tensor({6, -3, 5}), mask = tensor({true, false, true});
    const auto x = tensor({1.0, -2.0, 3.0});
    BOOST_TEST(same(torch::bitwise_and(a, 3), tensor({2, 1, 1})));
    BOOST_TEST(same(torch::bitwise_or(1, a), tensor({7, -3, 5})));
    BOOST_TEST(same(a.bitwise_xor(1), tensor({7, -4, 4})));
    BOOST_TEST(same(torch::bitwise_left_shift(a, 1), tensor({12, -6, 10})));
    BOOST_TEST(same(torch::bitwise_right_shift(16, tensor({1, 2})), tensor({8, 4})));
    BOOST_TEST(same(torch::bitwise_and(mask, false), tensor({false, false, false})));
    BOOST_TEST(same(torch::xlogy(2, tensor({1.0, std::exp(1.0)})), tensor({0.0, 2.0})));
    BOOST_TEST(same(x.xlogy(1), tensor({0.0, 0.0, 0.0})));
    BOOST_TEST(same(torch::copysign(x, -1), tensor({-1.0, -2.0, -3.0})));
    BOOST_TEST(same(torch::remainder(7, a), tensor({1, -2, 2})));
    BOOST_TEST(same(torch::rsub(x, 1), tensor({0.0, 3.0, -2.0})));
    BOOST_TEST(same(torch::rsub(x, 1, 2), tensor({-1.0, 5.0, -5.0})));
    BOOST_TEST(same(torch::rsub(x, x, 2), tensor({-1.0, 2.0, -3.0})));
    BOOST_TEST(same(torch::add(x, 1, 2), tensor({3.0, 0.0, 5.0})));
    BOOST_TEST(same(x.sub(1, 2), tensor({-1.0, -4.0, 1.0})));
    BOOST_TEST(same(torch::subtract(x, x, 2), tensor({-1.0, 2.0, -3.0})));
    BOOST_TEST(same(torch::subtract(x, 1), tensor({0.0, -3.0, 2.0})));
    BOOST_TEST(same(torch::multiply(x, 2), tensor({2.0, -4.0, 6.0})));
    BOOST_TEST(same(x.divide(2), tensor({0.5, -1.0, 1.5})));
    BOOST_TEST(same(torch::true_divide(a, 2), tensor({3.0, -1.5, 2.5})));
    BOOST_TEST(same(torch::div(x, 2, "floor"), tensor({0.0, -1.0, 1.0})));
    BOOST_TEST(same(a.div(2, "trunc"), tensor({3, -1, 2})));
    BOOST_TEST(same(torch::divide(a, tensor({4, 2, 2}), "floor"), tensor({1, -2, 2})));
    BOOST_TEST(same(torch::div(a, 2, std::nullopt), tensor({3.0, -1.5, 2.5})));
    const std::string word = "floor";
    BOOST_TEST(same(a.div(a, word), tensor({1, 1, 1})));
    BOOST_TEST(same(torch::greater(x, 1), tensor({false, false, true})));
    BOOST_TEST(same(x.less_equal(1), tensor({true, true, false})));
    BOOST_TEST(same(torch::not_equal(a, 5), tensor({true, true, false})));
    BOOST_TEST(same(torch::clamp_min(x, tensor({0.0, 0.0, 4.0})), tensor({1.0, 0.0, 4.0})));
    BOOST_TEST(same(x.clamp_max(tensor({0.0})), tensor({0.0, -2.0, 0.0})));
    BOOST_TEST(same(x.clamp(0), tensor({1.0, 0.0, 3.0})));
    BOOST_TEST(same(x.where(x > 0, 7), tensor({1.0, 7.0, 3.0})));
    BOOST_TEST(same(torch::isin(a, 5), tensor({false, false, true})));
    BOOST_TEST(same(torch::isin(a, tensor({5, 6}), false, true), tensor({false, true, false})));
    BOOST_TEST(torch::isin(5, a).item<bool>());
}

BOOST_AUTO_TEST_CASE(writes_in_place) {
    auto x = tensor({1.0, -2.0, 3.0});
    x.add_(1, 2).div_(2, "floor");
    BOOST_TEST(same(x, tensor({1.0, 0.0, 2.0})));
    x.subtract_(1).multiply_(3).divide_(2);
    BOOST_TEST(same(x, tensor({0.0, -1.5, 1.5})));
    x.clamp_min_(tensor({0.0, -1.0, 0.0})).clamp_max_(tensor({1.0}));
    BOOST_TEST(same(x, tensor({0.0, -1.0, 1.0})));
    auto bits = tensor({6, 3, 5});
    bits.bitwise_and_(6).bitwise_or_(1).bitwise_xor_(2);
    BOOST_TEST(same(bits, tensor({5, 1, 7})));
    bits.cumsum_(0, torch::kLong).floor_divide_(2);
    BOOST_TEST(same(bits, tensor({2, 3, 6})));
    auto y = tensor({1.26, nothing, -std::log(0.0)});
    y.nan_to_num_(2, 3).round_(1);
    BOOST_TEST(same(y, tensor({1.3, 2.0, 3.0})));
    y.index_fill_(0, tensor({1}), torch::tensor(5.0)).index_add_(0, tensor({0}), tensor({1.0}), 2);
    BOOST_TEST(same(y, tensor({3.3, 5.0, 3.0})));
    y.copy_(tensor({1.0, 2.0, 3.0}), /*non_blocking=*/true);
    y.scatter_(0, tensor({0, 2}), 3.0, "multiply");
    BOOST_TEST(same(y, tensor({3.0, 2.0, 9.0})));
}

BOOST_AUTO_TEST_CASE(closeness) {
    const auto x = tensor({1.0, nothing}), y = tensor({1.0 + 1e-7, nothing});
    BOOST_TEST(torch::allclose(x, y, 1e-5, 1e-8, /*equal_nan=*/true));
    BOOST_TEST(!x.allclose(y, 1e-5, 1e-8));
    BOOST_TEST(same(torch::isclose(x, y, 1e-5, 1e-8, true), tensor({true, true})));
    BOOST_TEST(same(x.isclose(y, 1e-5, 1e-8, false), tensor({true, false})));
    BOOST_TEST(torch::Scalar(1.5).equal(1) == false);
    BOOST_TEST(torch::Scalar(2).equal(2));
    BOOST_TEST(torch::Scalar(2).equal(true) == false);
}

BOOST_AUTO_TEST_CASE(arrangement) {
    const auto x = torch::arange(8).view({2, 2, 2});
    BOOST_TEST(same(torch::rot90(x, 1, {1, 2}), tensor({{{1, 3}, {0, 2}}, {{5, 7}, {4, 6}}})));
    BOOST_TEST(same(x.rot90(2, {2, 1}), x.flip({1, 2})));
    BOOST_TEST(same(torch::rot90(x[0]), tensor({{1, 3}, {0, 2}})));
    const auto lines = tensor({{1, 2}, {3, 4}});
    BOOST_TEST(same(torch::diag_embed(lines, 0, 0, 2), torch::diag_embed(lines).transpose(0, 1)));
    BOOST_TEST(same(lines.diag_embed(1, -1, -2), torch::diag_embed(lines, 1).transpose(1, 2)));
    BOOST_TEST(torch::tensor_split(x.view(-1), torch::tensor(3))[0].size(0) == 3);
    BOOST_TEST(x.view(-1).tensor_split(tensor({1, 5}), 0)[1].size(0) == 4);
    BOOST_TEST(torch::atleast_2d({torch::tensor(1), lines})[0].dim() == 2);
    BOOST_TEST(torch::atleast_1d(torch::tensor(1)).dim() == 1);
    BOOST_TEST(torch::atleast_3d(lines).dim() == 3);
    const auto runs = tensor({{1, 1}, {1, 1}, {2, 1}});
    const auto [values, inverse, counts] = torch::unique_consecutive(runs, true, true, 0);
    BOOST_TEST(same(values, tensor({{1, 1}, {2, 1}})));
    BOOST_TEST(same(inverse, tensor({0, 0, 1})));
    BOOST_TEST(same(counts, tensor({2, 1})));
    BOOST_TEST(
        same(std::get<0>(torch::unique_consecutive(tensor({1, 1, 2, 1}))), tensor({1, 2, 1})));
    BOOST_TEST(same(lines.repeat_interleave(2, 0, 4), tensor({{1, 2}, {1, 2}, {3, 4}, {3, 4}})));
    BOOST_TEST(same(torch::take_along_dim(lines, tensor({3, 0})), tensor({4, 1})));
    BOOST_TEST(same(lines.take_along_dim(tensor({{1}, {0}}), 1), tensor({{2}, {3}})));
    BOOST_TEST(same(lines.tile({1, 2}), tensor({{1, 2, 1, 2}, {3, 4, 3, 4}})));
    BOOST_TEST(same(lines.slice(), lines));
    const auto square = tensor({{1.0, 0.0, 2.0}, {0.0, 1.0, 0.0}, {5.0, 1.0, 1.0}});
    const auto other = tensor({{0.0, 1.0, 1.0}, {3.0, 0.0, 0.0}, {1.0, 0.0, 2.0}});
    BOOST_TEST(same(torch::cross(square, other), torch::cross(square, other, 0)));
    BOOST_TEST(!same(square.cross(other), square.cross(other, -1)));
    BOOST_TEST(same(torch::linalg_cross(square, other), square.cross(other, 1)));
}

BOOST_AUTO_TEST_CASE(places) {
    const auto x = torch::zeros({3}), index = tensor({0, 2, 0});
    const auto added = tensor({1.0, 2.0, 3.0});
    BOOST_TEST(same(torch::index_add(x, 0, index, added, 2), tensor({8.0, 0.0, 4.0})));
    BOOST_TEST(same(x.index_add(0, index, added), tensor({4.0, 0.0, 2.0})));
    BOOST_TEST(same(x.index_fill(0, index, torch::tensor(3.0)), tensor({3.0, 0.0, 3.0})));
    BOOST_TEST(
        same(torch::gather(added, 0, index, /*sparse_grad=*/false), tensor({1.0, 3.0, 1.0})));
    BOOST_TEST(same(torch::scatter(x, 0, index, added, "add"), tensor({4.0, 0.0, 2.0})));
    BOOST_TEST(same((x + 2).scatter(0, index, 3.0, "multiply"), tensor({18.0, 2.0, 6.0})));
    auto table = torch::ones({3, 2}, torch::requires_grad());
    torch::embedding(table, index, -1, /*scale_grad_by_freq=*/true, /*sparse=*/false)
        .sum()
        .backward();
    BOOST_TEST(same(table.grad(), tensor({{1.0, 1.0}, {0.0, 0.0}, {1.0, 1.0}})));
}

BOOST_AUTO_TEST_CASE(networks) {
    const auto x = tensor({{{1.0, 2.0, 4.0}}});
    BOOST_TEST(same(torch::pad(x, {1, 1}, "reflect"), tensor({{{2.0, 1.0, 2.0, 4.0, 2.0}}})));
    BOOST_TEST(same(torch::pad(x, {0, 1}, "constant", 7), tensor({{{1.0, 2.0, 4.0, 7.0}}})));
    BOOST_TEST(same(torch::pad(x, {1, 0}), tensor({{{0.0, 1.0, 2.0, 4.0}}})));
    BOOST_CHECK_THROW(torch::pad(x, {1, 1}, "reflect", 7), c10::Error);
    BOOST_TEST(same(torch::gelu(x, "tanh"), F::gelu(x, F::GELUFuncOptions().approximate("tanh"))));
    BOOST_TEST(same(torch::gelu(x, "none"), torch::gelu(x)));
    const auto mean = tensor({1.0}), var = tensor({4.0});
    BOOST_TEST(same(torch::batch_norm(x, {}, {}, mean, var, false, 0.1, 0.0, true),
                    tensor({{{0.0, 0.5, 1.5}}})));
    BOOST_TEST(same(torch::instance_norm(x, {}, {}, mean, var, false, 0.1, 0.0, false),
                    tensor({{{0.0, 0.5, 1.5}}})));
    BOOST_TEST(same(torch::layer_norm(x, {3}, std::nullopt, std::nullopt, 1e-5, true),
                    torch::layer_norm(x, {3})));
    BOOST_TEST(torch::group_norm(x, 1, {}, {}, 1e-5, false).dim() == 3);
    const auto theta = tensor({{{1.0, 0.0, 0.0}, {0.0, 1.0, 0.0}}});
    const auto image = torch::zeros({1, 1, 2, 2});
    BOOST_TEST(same(F::affine_grid(theta, image.sizes()),
                    tensor({{{{-0.5, -0.5}, {0.5, -0.5}}, {{-0.5, 0.5}, {0.5, 0.5}}}})));
    BOOST_TEST(
        same(F::affine_grid(theta, {1, 1, 2, 2}, false), F::affine_grid(theta, image.sizes())));
    const auto scores = torch::log_softmax(torch::ones({4, 1, 3}), 2);
    BOOST_TEST(same(torch::ctc_loss(scores, tensor({{1, 2}}), {4}, {2}),
                    torch::ctc_loss(scores, tensor({{1, 2}}), tensor({4}), tensor({2}))));
    BOOST_TEST(same(F::alpha_dropout(x), x));
    BOOST_TEST(same(F::feature_alpha_dropout(x, F::FeatureAlphaDropoutFuncOptions().p(0.9)), x));
}

BOOST_AUTO_TEST_CASE(chance) {
    const auto x = torch::zeros({4});
    BOOST_TEST(same(torch::bernoulli(x, 1.0), torch::ones({4})));
    BOOST_TEST(same(torch::bernoulli(x + 1), torch::ones({4})));
    BOOST_TEST(same(torch::zeros({2}).bernoulli_(tensor({1.0, 0.0})), tensor({1.0, 0.0})));
    BOOST_TEST((torch::randperm(5, torch::kInt).dtype() == torch::kInt));
}

BOOST_AUTO_TEST_CASE(windows) {
    BOOST_TEST(same(torch::hamming_window(4, true, 0.5, 0.5), torch::hann_window(4)));
    BOOST_TEST(same(torch::hamming_window(2, true, 0.5), tensor({0.04, 0.96})));
    BOOST_TEST((torch::hann_window(4, torch::kDouble).dtype() == torch::kDouble));
}

BOOST_AUTO_TEST_CASE(ranks_have_absolute_limits) {
    const auto a = tensor({{4.0, 0.0}, {0.0, 1.0}});
    BOOST_TEST(torch::linalg_matrix_rank(a).item<int64_t>() == 2);
    BOOST_TEST(torch::linalg_matrix_rank(a, 0.5).item<int64_t>() == 2);
    BOOST_TEST(torch::linalg_matrix_rank(a, 1.5, /*hermitian=*/true).item<int64_t>() == 1);
    BOOST_TEST(torch::linalg_matrix_rank(a, std::nullopt, 0.5).item<int64_t>() == 1);
    BOOST_TEST(same(torch::pinverse(a, 0.5), tensor({{0.25, 0.0}, {0.0, 0.0}})));
    BOOST_TEST(same(torch::linalg_pinv(a, 0.1), tensor({{0.25, 0.0}, {0.0, 1.0}})));
}

BOOST_AUTO_TEST_CASE(dtypes_and_gradients) {
    const auto x = torch::ones({2});
    BOOST_TEST((x.to(torch::kLong, /*non_blocking=*/true).dtype() == torch::kLong));
    BOOST_TEST((x.to(torch::kCPU, true).dtype() == torch::kFloat));
    BOOST_TEST((x.to(torch::kCPU, torch::kDouble, false, true).dtype() == torch::kDouble));
    BOOST_TEST(x.to(torch::kFloat, false).is_same(x));
    BOOST_TEST(!x.to(torch::kFloat, false, /*copy=*/true).is_same(x));
    auto a = torch::ones({2}, torch::requires_grad()), b = torch::ones({2}, torch::requires_grad());
    const auto y = (a * b).sum();
    y.backward({}, /*retain_graph=*/true, /*create_graph=*/false, std::vector<Tensor>{a});
    BOOST_TEST(a.grad().defined());
    BOOST_TEST(!b.grad().defined());
    y.backward({}, std::nullopt);
    BOOST_TEST(same(a.grad(), tensor({2.0, 2.0})));
    const auto z = (a * a).sum();
    const auto slope = torch::autograd::grad({z}, {a}, {}, std::nullopt, true)[0];
    BOOST_TEST(slope.requires_grad());
    c10::InferenceMode guard(false);
    BOOST_TEST(torch::GradMode::is_enabled());
}

BOOST_AUTO_TEST_CASE(padding_in_words) {
    const auto x = torch::arange(12, torch::kFloat).reshape({1, 1, 3, 4});
    const auto w = tensor({1.0, 10.0, 100.0, 1000.0}).reshape({1, 1, 2, 2});
    BOOST_TEST(same(torch::conv2d(x, w, {}, 1, "valid"), torch::conv2d(x, w)));
    // One more zero at the end.
    BOOST_TEST(same(torch::conv2d(x, w, {}, 1, "same"),
                    torch::conv2d(torch::constant_pad_nd(x, {0, 1, 0, 1}), w)));
    const std::string word = "same";
    const auto line = x.reshape({1, 1, 12}), three = tensor({{{1.0, 2.0, 4.0}}});
    const auto bias = tensor({0.5});
    BOOST_TEST(same(torch::conv1d(line, three, bias, {1}, word, 2, 1),
                    torch::conv1d(line, three, bias, 1, 2, 2)));
    const auto cube = x.reshape({1, 1, 3, 2, 2}), ones = torch::ones({1, 1, 1, 2, 1});
    BOOST_TEST(same(torch::conv3d(cube, ones, {}, 1, "same", {1, 1, 1}),
                    torch::conv3d(torch::constant_pad_nd(cube, {0, 0, 0, 1}), ones)));
}

BOOST_AUTO_TEST_CASE(upsampling_with_factors) {
    const auto x = tensor({0.0, 1.0, 2.0, 3.0, 4.0}).reshape({1, 1, 5});
    BOOST_TEST(
        same(torch::upsample_nearest1d(x, {7}), tensor({{{0.0, 0.0, 1.0, 2.0, 2.0, 3.0, 4.0}}})));
    // floor(i / 1.5): places follow from the factor, not from 5 / 7.
    const auto scaled = tensor({{{0.0, 0.0, 1.0, 2.0, 2.0, 3.0, 4.0}}});
    BOOST_TEST(same(torch::upsample_nearest1d(x, {7}, 1.5), scaled));
    BOOST_TEST(same(torch::upsample_nearest1d(x, std::nullopt, std::vector<double>{1.5}), scaled));
    const auto line = torch::upsample_linear1d(x, {7}, false, 1.4999);
    BOOST_TEST(line[0][0][6].item<float>() == float(6.5 / 1.4999 - 0.5), tolerance);
    BOOST_TEST(same(torch::upsample_linear1d(x, {9}, true, 99.0),
                    torch::linspace(0, 4, 9).reshape({1, 1, 9})));
    const auto image = x.slice(2, 0, 4).reshape({1, 1, 2, 2});
    BOOST_TEST(
        same(torch::upsample_nearest2d(image, {4, 2}, 2.0, 1.0), image.repeat_interleave(2, 2)));
    BOOST_TEST(same(torch::upsample_bilinear2d(image, {3, 3}, false, std::nullopt, std::nullopt),
                    torch::upsample_bilinear2d(image, {3, 3}, false)));
    BOOST_TEST(torch::upsample_bicubic2d(image, std::nullopt, false, std::vector<double>{2.5, 2.5})
                   .sizes() == torch::IntArrayRef({1, 1, 5, 5}));
    BOOST_TEST(same(torch::upsample_nearest3d(image.unsqueeze(2), {2, 2, 2}),
                    image.unsqueeze(2).repeat_interleave(2, 2)));
    BOOST_TEST(same(torch::_upsample_nearest_exact1d(x, {2}), tensor({{{1.0, 3.0}}})));
    BOOST_TEST(same(torch::upsample_trilinear3d(image.unsqueeze(2), {1, 2, 2}, false),
                    image.unsqueeze(2)));
}

BOOST_AUTO_TEST_CASE(forms_of_norm_narrow_svd_and_pinv) {
    const auto x = tensor({{3.0, 4.0}, {6.0, 8.0}});
    BOOST_TEST(same(x.norm(2, {1}, false, torch::kDouble),
                    tensor({5.0, 10.0}, torch::dtype(torch::kDouble))));
    BOOST_TEST(same(torch::norm(tensor({3, 4}), 2, torch::kFloat), torch::tensor(5.0)));
    BOOST_TEST(same(torch::norm(x, std::nullopt, {1}, true), tensor({{5.0}, {10.0}})));
    BOOST_TEST(same(x.norm(1, 0), tensor({9.0, 12.0})));
    const auto line = tensor({0, 1, 2, 3, 4});
    BOOST_TEST(same(line.narrow(0, torch::tensor(1), 3), tensor({1, 2, 3})));
    BOOST_TEST(same(torch::narrow(line, 0, torch::tensor(-2), 2), tensor({3, 4})));
    const auto wide = tensor({{3.0, 0.0, 0.0}, {0.0, 0.01, 0.0}});
    const auto [u, s, v] = torch::svd(wide, /*some=*/true, /*compute_uv=*/false);
    BOOST_TEST(same(s, tensor({3.0, 0.01})));
    BOOST_TEST(same(u, torch::zeros({2, 2})));
    BOOST_TEST(same(v, torch::zeros({3, 3})));
    const auto large = tensor({{1.0 / 3.0, 0.0}, {0.0, 0.0}, {0.0, 0.0}});
    const auto all = tensor({{1.0 / 3.0, 0.0}, {0.0, 100.0}, {0.0, 0.0}});
    BOOST_TEST(same(torch::linalg_pinv(wide), all));
    BOOST_TEST(same(torch::linalg_pinv(wide, 0.1), large));
    BOOST_TEST(same(torch::linalg_pinv(wide, /*rcond=*/0.001, /*hermitian=*/false), all));
    BOOST_TEST(same(torch::linalg_pinv(wide, std::nullopt, 0.1), large));
    BOOST_TEST(same(torch::linalg_pinv(wide, /*atol=*/0.02, /*rtol=*/0.0), large));
    BOOST_TEST(same(torch::linalg_pinv(wide, /*atol=*/0.005, /*rtol=*/0.0, false), all));
}

BOOST_AUTO_TEST_CASE(embedding_bag_with_its_options_in_order) {
    const auto w = tensor({{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}});
    const auto index = tensor({0, 2, 1}), offsets = tensor({0, 2});
    BOOST_TEST(same(std::get<0>(torch::embedding_bag(w, index, offsets, false, 0)),
                    tensor({{6.0, 8.0}, {3.0, 4.0}})));
    BOOST_TEST(same(std::get<0>(torch::embedding_bag(w, index, offsets, false, 1, false)),
                    tensor({{3.0, 4.0}, {3.0, 4.0}})));
    BOOST_TEST(same(std::get<0>(torch::embedding_bag(w, index, offsets, false, 0, false,
                                                     tensor({1.0, 10.0, 2.0}))),
                    tensor({{51.0, 62.0}, {6.0, 8.0}})));
    BOOST_TEST(same(std::get<0>(torch::embedding_bag(w, index, tensor({0, 2, 3}), false, 2, false,
                                                     {}, true, -1)),
                    tensor({{1.0, 2.0}, {3.0, 4.0}})));
}

BOOST_AUTO_TEST_SUITE_END()
