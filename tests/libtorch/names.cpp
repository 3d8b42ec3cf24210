// LibTorch's macros and names that stand outside of models: each line compiles with both libraries.
#include <boost/test/unit_test.hpp>

#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "dsl/warning.h"
#include "lithe/torch.h"

namespace {

struct LayerOptions {
    explicit LayerOptions(int64_t features) : features_(features) {}
    TORCH_ARG(int64_t, features);
    TORCH_ARG(std::vector<int64_t>, hidden) = { 16 };
    TORCH_ARG(double, dropout) = 0.5;
};

template <class Body>
std::string thrown(Body&& body) {
    try {
        body();
    } catch (const c10::Error& error) {
        return error.what_without_backtrace();
    }
    return "nothing";
}

bool begins(const std::string& text, const std::string& with) { return text.starts_with(with); }

}  // namespace

BOOST_AUTO_TEST_SUITE(libtorch_names)

BOOST_AUTO_TEST_CASE(options_have_setters) {
    const auto options = LayerOptions(8).hidden({4, 2}).dropout(0.1);
    BOOST_TEST(options.features() == 8);
    BOOST_TEST(options.hidden().size() == 2U);
    BOOST_TEST(options.dropout() == 0.1);
}

BOOST_AUTO_TEST_CASE(checks_throw_with_their_text) {
    const auto x = torch::ones({2, 3});
    BOOST_TEST(thrown([] { TORCH_CHECK(1 < 2, "not here"); }) == "nothing");
    BOOST_TEST(
        begins(thrown([] { TORCH_CHECK(2 < 1); }), "Expected 2 < 1 to be true, but got false"));
    BOOST_TEST(
        begins(thrown([&] { TORCH_CHECK(false, "got ", x.sizes(), ' ', 7); }), "got [2, 3] 7"));
    BOOST_TEST(begins(thrown([] { TORCH_CHECK_VALUE(false, "bad ", 3); }), "bad 3"));
    BOOST_TEST(begins(thrown([] { TORCH_CHECK_INDEX(false, "far"); }), "far"));
    BOOST_TEST(begins(thrown([] { AT_ERROR("wrong ", 1); }), "wrong 1"));
    BOOST_TEST(thrown([&] { TORCH_CHECK_EQ(x.size(0), 2) << "not here"; }) == "nothing");
    BOOST_TEST(begins(thrown([&] { TORCH_CHECK_GT(x.dim(), 5) << "of x"; }),
                      "Check failed: x.dim() > 5 (2 vs. 5). of x"));
    if (x.dim() == 2)
        TORCH_CHECK_LE(x.dim(), 2);
    else
        TORCH_CHECK_NE(x.dim(), 2);
}

BOOST_AUTO_TEST_CASE(warnings_are_given_once_or_always) {
    std::vector<std::string> said;
    const auto before =
        lithe::set_warning_handler([&](const std::string& text) { said.push_back(text); });
    for (int i = 0; i < 2; ++i) {
        TORCH_WARN("round ", i);
        TORCH_WARN_ONCE("only ", "here");
    }
    lithe::set_warning_handler(before);
    BOOST_TEST((said == std::vector<std::string>{"round 0", "only here", "round 1"}));
}

BOOST_AUTO_TEST_CASE(text_is_made_of_parts) {
    BOOST_TEST(torch::str("sample-", 3, ".pt") == "sample-3.pt");
    std::ostringstream text;
    text << torch::zeros({4, 5}).size(1) << ' ' << torch::zeros({4, 5}).sizes()[0];
    BOOST_TEST(text.str() == "5 4");
}

BOOST_AUTO_TEST_CASE(memory_of_the_caller_may_have_strides) {
    float raw[] = {1, 2, 3, 4, 5, 6};
    const auto options = torch::TensorOptions().dtype(torch::kFloat32).layout(torch::kStrided);
    auto t = torch::from_blob(raw, {3, 2}, {1, 3}, options);
    BOOST_TEST(torch::equal(t, torch::tensor({{1.f, 4.f}, {2.f, 5.f}, {3.f, 6.f}})));
    t[2][1] = 9;
    BOOST_TEST(raw[5] == 9);
    BOOST_TEST(torch::from_blob(raw, {0, 2}, {2, 1}).numel() == 0);
}

BOOST_AUTO_TEST_CASE(functions_have_their_second_names) {
    const auto x = torch::arange(10).view({2, 5});
    const auto parts = x.split_with_sizes({2, 3}, 1);
    BOOST_TEST(parts.size() == 2U);
    BOOST_TEST(torch::equal(parts[1], x.slice(1, 2)));
    const auto a = torch::tensor({{2.0, 1.0}, {0.5, 3.0}});
    const auto [q, r] = torch::linalg_qr(a);
    BOOST_TEST(torch::allclose(torch::matmul(q, r), a));
    BOOST_TEST(torch::allclose(torch::matmul(torch::linalg_inv(a), a), torch::eye(2), 1e-5, 1e-6));
    torch::set_num_threads(4);
    BOOST_TEST(torch::get_num_threads() == 1);
    const bool before = torch::autograd::GradMode::is_enabled();
    torch::autograd::GradMode::set_enabled(false);
    BOOST_TEST(!(torch::ones({2}, torch::requires_grad()) * 2).requires_grad());
    torch::autograd::GradMode::set_enabled(before);
}

BOOST_AUTO_TEST_CASE(lists_of_tensors_are_saved_as_they_are_written) {
    const auto a = torch::ones({2}), b = torch::zeros({3});
    std::stringstream stream;
    torch::save({a, b}, stream);
    std::vector<torch::Tensor> back;
    torch::load(back, stream);
    BOOST_REQUIRE(back.size() == 2U);
    BOOST_TEST(torch::equal(back[1], b));
}

BOOST_AUTO_TEST_CASE(modules_of_any_class_are_cloned) {
    torch::nn::AnyModule any(torch::nn::Linear(3, 2));
    torch::nn::AnyModule copy = any.clone();
    const auto x = torch::ones({1, 3});
    BOOST_TEST((copy.ptr() != any.ptr()));
    BOOST_TEST(torch::equal(copy.forward(x), any.forward(x)));
    torch::NoGradGuard no_grad;
    any.get<torch::nn::Linear>()->weight.fill_(0);
    BOOST_TEST(!torch::equal(copy.forward(x), any.forward(x)));
}

BOOST_AUTO_TEST_CASE(dtypes_have_libtorch_s_names) {
    const torch::Tensor x = torch::zeros({2}, torch::ScalarType::Double);
    BOOST_CHECK(x.scalar_type() == torch::ScalarType::Double);
    BOOST_CHECK(torch::zeros({1}).dtype() == c10::ScalarType::Float);
    BOOST_CHECK(torch::ones({1}, torch::kBool).scalar_type() == at::ScalarType::Bool);
    BOOST_CHECK_EQUAL(c10::toString(torch::kLong), "Long");
    BOOST_CHECK_EQUAL(torch::toString(torch::ScalarType::Short), "Short");
    BOOST_CHECK(torch::kHalf == torch::kFloat16 && torch::kShort == torch::kInt16);
    BOOST_CHECK(torch::kBFloat16 == torch::ScalarType::BFloat16 && torch::kChar == torch::kInt8);
}

BOOST_AUTO_TEST_CASE(generators_stand_where_libtorch_has_them) {
    auto generator = torch::make_generator<torch::CPUGeneratorImpl>(42);
    torch::Generator other = at::detail::createCPUGenerator(42), copy = other;
    const auto same = [](const torch::Tensor& a, const torch::Tensor& b) {
        return torch::equal(a, b);
    };
    BOOST_TEST(same(torch::rand({3}, generator), torch::rand({3}, other, torch::kFloat)));
    BOOST_TEST(same(torch::randn({3}, generator, torch::kDouble),
                    torch::randn({3}, std::optional<torch::Generator>(copy), torch::kDouble)));
    BOOST_TEST(same(torch::randperm(9, generator), torch::randperm(9, other, torch::kLong)));
    BOOST_TEST(same(torch::randint(9, {5}, generator), torch::randint(0, 9, {5}, other)));
    const auto mean = torch::ones({4}), std = torch::full({4}, 0.5);
    BOOST_TEST(same(torch::normal(mean, std, generator), torch::normal(mean, 0.5, other)));
    torch::Tensor a = torch::empty({4}), b = torch::empty({4});
    BOOST_TEST(same(a.normal_(0, 1, generator), b.normal_(0, 1, other)));
    BOOST_TEST(same(a.uniform_(-1, 1, generator), b.uniform_(-1, 1, other)));
    BOOST_TEST(same(a.bernoulli_(0.5, generator), b.bernoulli_(0.5, other)));
    const std::lock_guard<std::mutex> lock(generator.mutex());
    generator.set_current_seed(7);
    BOOST_TEST(generator.current_seed() == 7);
    BOOST_TEST(!same(torch::rand({3}, generator), torch::rand({3}, other.clone())));
    BOOST_TEST(!same(torch::rand({3}, torch::nullopt), torch::rand({3}, generator)));
}

BOOST_AUTO_TEST_CASE(parts_of_sizes) {
    const auto x = torch::zeros({2, 3, 4});
    BOOST_CHECK(x.sizes().slice(1) == torch::IntArrayRef({3, 4}));
    BOOST_CHECK(x.sizes().slice(1, 1) == torch::IntArrayRef({3}));
    BOOST_CHECK(x.sizes().slice(3).empty());
}

BOOST_AUTO_TEST_CASE(attention_takes_its_options_in_order) {
    const torch::Tensor q = torch::randn({1, 2, 5, 4}), mask = torch::randn({5, 5});
    const auto same = [](const torch::Tensor& a, const torch::Tensor& b) {
        return torch::equal(a, b);
    };
    BOOST_TEST(same(torch::scaled_dot_product_attention(q, q, q, mask),
                    torch::scaled_dot_product_attention(q, q, q, {.mask = mask})));
    BOOST_TEST(same(torch::scaled_dot_product_attention(q, q, q, {}, 0.0, true),
                    torch::scaled_dot_product_attention(q, q, q, {.is_causal = true})));
    BOOST_TEST(same(torch::scaled_dot_product_attention(q, q, q, {}, 0.0, false, 0.25),
                    torch::scaled_dot_product_attention(q, q, q, {.scale = 0.25})));
    BOOST_TEST(same(torch::scaled_dot_product_attention(q, q, q, {}),
                    torch::scaled_dot_product_attention(q, q, q)));
}

BOOST_AUTO_TEST_SUITE_END()
