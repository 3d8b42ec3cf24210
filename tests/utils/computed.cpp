#include "dsl/utils.h"

#include <lithe/lithe.h>

#include "compiler/compiled_model.h"
#include "tests/support/compile_options.h"
#include "tests/support/tensors.h"

namespace lithe::tests {
namespace {

namespace utils = nn::utils;

std::string keys(const nn::Module& module) {
    std::string text;
    for (const std::string& key : module.state_dict().keys()) text += key + " ";
    return text;
}

std::string parameter_names(const nn::Module& module) {
    std::string text;
    for (const auto& [name, parameter] : module.named_parameters()) text += name + " ";
    return text;
}

struct TwiceImpl : nn::Module {
    Tensor forward(const Tensor& x) { return x * 2; }
    Tensor right_inverse(const Tensor& x) { return x / 2; }
};
LITHE_MODULE(Twice);

struct SymmetricImpl : nn::Module {
    Tensor forward(const Tensor& x) { return triu(x) + transpose(triu(x, 1), 0, 1); }
};
LITHE_MODULE(Symmetric);

struct RowsImpl : nn::Module {
    Tensor forward(const Tensor& x) { return x.narrow(0, 0, 1); }
};
LITHE_MODULE(Rows);

/// A net all of whose weights are computed, each by another of the utilities.
struct ComputedImpl : nn::Module {
    nn::Linear a{6, 8}, b{8, 8}, c{8, 8}, d{8, 8}, e{8, 4};
    ComputedImpl() {
        register_module("a", a);
        register_module("b", b);
        register_module("c", c);
        register_module("d", d);
        register_module("e", e);
        utils::weight_norm(a);
        utils::spectral_norm(b);
        utils::prune::l1_unstructured(*c, "weight", 0.5);
        utils::parametrize::register_parametrization(*d, "weight", Symmetric());
        utils::parametrizations::weight_norm(*e);
    }
    Tensor forward(Tensor x) { return e(tanh(d(tanh(c(tanh(b(tanh(a(x))))))))); }
};
LITHE_MODULE(Computed);

}  // namespace

BOOST_AUTO_TEST_SUITE(nn_utils_computed)

BOOST_AUTO_TEST_CASE(weight_norm_keeps_the_weight_and_trains_length_and_direction) {
    nn::Linear fc(3, 4);
    const Tensor before = fc->weight.detach().clone(), x = numbers({5, 3}, DType::f32);
    const Tensor y = fc(x).detach();
    fc = utils::weight_norm(fc);
    BOOST_CHECK_EQUAL(keys(*fc), "bias weight_g weight_v ");
    BOOST_CHECK_EQUAL(fc->get_parameter("weight_g").type().str(), "f32[4, 1]");
    check_equal(fc(x).detach(), y, 1e-6);
    fc(x).sum().backward();
    BOOST_CHECK(fc->get_parameter("weight_g").grad().defined() &&
                fc->get_parameter("weight_v").grad().defined());
    {
        const NoGradGuard no_grad;
        fc->get_parameter("weight_g").mul_(2);
    }
    fc(x);
    check_equal(fc->weight.detach(), before * 2, 1e-6);
    nn::Linear copy(std::dynamic_pointer_cast<nn::LinearImpl>(fc->clone()));
    check_equal(copy(x).detach(), fc(x).detach());
    check_error("utils.twice", [&] { utils::weight_norm(fc); });
    utils::remove_weight_norm(*fc);
    BOOST_CHECK_EQUAL(keys(*fc), "weight bias ");
    check_equal(fc->weight.detach(), before * 2, 1e-6);
    BOOST_CHECK(fc->weight.is_leaf() && fc->weight.requires_grad());
    check_error("utils.missing", [&] { utils::remove_weight_norm(*fc); });
    check_error("module.unknown_path", [&] { utils::weight_norm(fc, "wieght"); });
    nn::Linear whole = utils::weight_norm(nn::Linear(3, 4), "weight", std::nullopt);
    BOOST_CHECK_EQUAL(whole->get_parameter("weight_g").type().str(), "f32[]");
}

BOOST_AUTO_TEST_CASE(spectral_norm_divides_by_the_largest_singular_value) {
    manual_seed(1);
    nn::Linear fc(3, 2);
    {
        const NoGradGuard no_grad;
        fc->weight.copy_(tensor({{3.0, 0.0, 0.0}, {0.0, 1.0, 0.0}}));
    }
    utils::spectral_norm(fc);
    BOOST_CHECK_EQUAL(keys(*fc), "bias weight_orig weight_u weight_v ");
    BOOST_CHECK_EQUAL(parameter_names(*fc), "bias weight_orig ");
    const Tensor x = numbers({5, 3}, DType::f32);
    for (int i = 0; i < 30; ++i) fc(x);
    BOOST_CHECK_CLOSE(fc->weight.array().at(0), 1, 1e-3);
    BOOST_CHECK_CLOSE(fc->weight.array().at(4), 1.0 / 3, 1e-3);
    fc->eval();
    const Tensor u = fc->get_buffer("weight_u").clone(), y = fc(x).detach();
    check_equal(fc->get_buffer("weight_u"), u);
    fc->train();
    fc(x).sum().backward();
    fc(x).sum().backward();  // the vectors were written between, in place
    BOOST_CHECK(fc->get_parameter("weight_orig").grad().defined());
    utils::remove_spectral_norm(*fc);
    BOOST_CHECK_EQUAL(keys(*fc), "weight bias ");
    check_equal(fc(x).detach(), y, 1e-4);
    nn::ConvTranspose2d up(nn::ConvTranspose2dOptions(2, 3, 3));
    utils::spectral_norm(up);
    BOOST_CHECK_EQUAL(up->get_buffer("weight_u").type().str(), "f32[3]");
}

BOOST_AUTO_TEST_CASE(pruning_clears_the_smallest_and_goes_on_with_the_rest) {
    nn::Linear fc(4, 2);
    const Tensor weight = tensor({{1.0, -2.0, 3.0, -4.0}, {5.0, -6.0, 7.0, -8.0}});
    {
        const NoGradGuard no_grad;
        fc->weight.copy_(weight);
    }
    utils::prune::l1_unstructured(*fc, "weight", 2);
    BOOST_CHECK_EQUAL(keys(*fc), "bias weight_orig weight_mask ");
    check_equal(fc->weight.detach(), tensor({{0.0, 0.0, 3.0, -4.0}, {5.0, -6.0, 7.0, -8.0}}));
    utils::prune::l1_unstructured(*fc, "weight", 0.5);  // of the six that are left
    check_equal(fc->weight.detach(), tensor({{0.0, 0.0, 0.0, 0.0}, {0.0, -6.0, 7.0, -8.0}}));
    BOOST_CHECK(utils::prune::is_pruned(*fc));
    fc(ones({1, 4})).sum().backward();
    check_equal(fc->get_parameter("weight_orig").grad(),
                tensor({{0.0, 0.0, 0.0, 0.0}, {0.0, 1.0, 1.0, 1.0}}));
    check_equal(fc->get_parameter("weight_orig").detach(), weight);
    utils::prune::remove(*fc, "weight");
    BOOST_CHECK_EQUAL(keys(*fc), "weight bias ");
    BOOST_CHECK(!utils::prune::is_pruned(*fc));
    utils::prune::ln_structured(*fc, "weight", 1, 2,
                                1);  // the column of the smallest norm is the first
    utils::prune::custom_from_mask(*fc, "bias", tensor({0, 1}));
    check_equal(fc->bias.select(0, 0).detach(), tensor(0.0));
    check_error("prune.mask", [&] { utils::prune::custom_from_mask(*fc, "bias", ones({3})); });
    check_error("prune.amount", [&] { utils::prune::l1_unstructured(*fc, "bias", 1.5); });
    check_error("prune.amount", [&] { utils::prune::l1_unstructured(*fc, "bias", 3); });
}

BOOST_AUTO_TEST_CASE(pruning_works_by_slices_at_random_and_over_several_layers) {
    nn::Conv2d conv(nn::Conv2dOptions(2, 4, 3));
    utils::prune::random_structured(*conv, "weight", 0.5, 0);
    const Tensor left = amax(conv->get_buffer("weight_mask"), {1, 2, 3});
    BOOST_CHECK_EQUAL(left.sum().item<double>(), 2);
    nn::Linear a(3, 3), b(3, 3);
    {
        const NoGradGuard no_grad;
        a->weight.copy_(arange(9).view({3, 3}) + 1);
        b->weight.copy_(arange(9).view({3, 3}) + 5.5);
    }
    utils::prune::global_unstructured({{a.get(), "weight"}, {b.get(), "weight"}}, 8);
    BOOST_CHECK_EQUAL(a->get_buffer("weight_mask").sum().item<double>(),
                      3);  // 1..6 go, of b's 5.5 and 6.5
    BOOST_CHECK_EQUAL(b->get_buffer("weight_mask").sum().item<double>(), 7);
    utils::prune::random_unstructured(*a, "weight", 1);
    BOOST_CHECK_EQUAL(a->get_buffer("weight_mask").sum().item<double>(), 2);
}

BOOST_AUTO_TEST_CASE(parametrizations_follow_each_other_and_go_away) {
    nn::Linear fc(3, 3);
    const Tensor before = fc->weight.detach().clone();
    utils::parametrize::register_parametrization(*fc, "weight", Twice());
    BOOST_CHECK(utils::parametrize::is_parametrized(*fc) &&
                utils::parametrize::is_parametrized(*fc, "weight"));
    BOOST_CHECK(!utils::parametrize::is_parametrized(*fc, "bias"));
    BOOST_CHECK_EQUAL(parameter_names(*fc), "bias parametrizations.weight.original ");
    check_equal(fc->weight.detach(), before);  // right_inverse
    utils::parametrize::register_parametrization(*fc, "weight", Symmetric());
    check_equal(fc->weight.detach(), fc->weight.t().detach());
    const Tensor x = numbers({2, 3}, DType::f32);
    nn::Linear copy(std::dynamic_pointer_cast<nn::LinearImpl>(fc->clone()));
    fc(x).sum().backward();
    BOOST_CHECK(fc->get_parameter("parametrizations.weight.original").grad().defined());
    {
        const NoGradGuard no_grad;
        fc->get_parameter("parametrizations.weight.original").mul_(3);
    }
    BOOST_CHECK(!fc(x).equal(copy(x)));
    {
        const utils::parametrize::CachedGuard cached;
        fc(x);
        const Tensor kept = fc->weight;
        fc(x);
        BOOST_CHECK(fc->weight.is_same(kept));
    }
    const Tensor y = fc(x).detach();
    utils::parametrize::remove_parametrizations(*fc, "weight");
    BOOST_CHECK_EQUAL(keys(*fc), "weight bias ");
    check_equal(fc(x).detach(), y);
    check_error("parametrize.shape",
                [&] { utils::parametrize::register_parametrization(*fc, "weight", Rows()); });
    BOOST_CHECK_EQUAL(keys(*fc), "weight bias ");
}

BOOST_AUTO_TEST_CASE(norms_come_as_parametrizations_too) {
    nn::Linear fc(3, 4), other(3, 4);
    const Tensor before = fc->weight.detach().clone();
    utils::parametrizations::weight_norm(*fc);
    BOOST_CHECK_EQUAL(keys(*fc),
                      "bias parametrizations.weight.original0 parametrizations.weight.original1 ");
    check_equal(fc->weight.detach(), before, 1e-6);
    utils::parametrizations::spectral_norm(*other);
    BOOST_CHECK_EQUAL(keys(*other),
                      "bias parametrizations.weight.original parametrizations.weight.0._u "
                      "parametrizations.weight.0._v ");
    for (int i = 0; i < 50; ++i) other(ones({1, 3}));
    const Tensor gram = matmul(other->weight.detach(), other->weight.detach().t());
    Tensor v = ones({4});
    for (int i = 0; i < 200; ++i) v = normalize(matmul(gram, v), 2, 0);
    BOOST_CHECK_CLOSE(dot(v, matmul(gram, v)).item<double>(), 1,
                      1e-2);  // the square of the largest singular value
}

BOOST_AUTO_TEST_CASE(computed_weights_are_traced_and_compiled) {
    manual_seed(5);
    Computed net;
    net->eval();
    CompiledModel compiled = compile(net, "x:f32[N=1..8,6]", compile_options());
    const Tensor x = numbers({3, 6}, DType::f32);
    check_equal(compiled(x), net(x).detach(), 1e-5);
    BOOST_CHECK_EQUAL(keys(*net).substr(0, 7), "a.bias ");
}

BOOST_AUTO_TEST_CASE(a_model_is_called_with_other_parameters) {
    nn::Sequential net(nn::Linear(2, 2), nn::BatchNorm1d(2));
    net->eval();
    const Tensor own = net->get_parameter("0.weight").detach().clone(),
                 x = numbers({3, 2}, DType::f32);
    Tensor weight = (own * 2).requires_grad_();
    const Tensor y = utils::functional_call(
        net, {{"0.weight", weight}, {"0.bias", zeros({2})}, {"1.running_var", ones({2}) * 4}}, x);
    check_equal(y.detach(), matmul(x, own.t()) * 2 / std::sqrt(4 + 1e-5), 1e-5);
    y.sum().backward();
    BOOST_CHECK(weight.grad().defined() && !net->get_parameter("0.weight").grad().defined());
    check_equal(net->get_parameter("0.weight").detach(), own);
    check_error("module.unknown_path",
                [&] { utils::functional_call(net, {{"0.wieght", weight}}, x); });
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace lithe::tests
