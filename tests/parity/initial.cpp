// First values of parameters, against distributions recorded from PyTorch by record_init.py.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>

#include <boost/test/unit_test.hpp>

#include "dsl/init.h"
#include "dsl/random.h"
#include "tests/parity/runners.h"
#include "tests/paths.h"

namespace lithe::tests::parity {
namespace {

const Json& recorded_initial() {
    static const Json all = [] {
        std::ifstream file(std::string(source_dir) + "/tests/data/initial.json");
        return Json::parse(file);
    }();
    return all;
}

Tensor empty_tensor(const Sizes& sizes) { return Tensor::from(Array::zeros(DType::f32, sizes)); }

using Initialize = std::function<Tensor(Tensor, const Options&)>;

const std::map<std::string, Initialize>& initializers() {
    namespace init = nn::init;
    static const std::map<std::string, Initialize> all = {
        {"uniform_",
         [](Tensor x, const Options& o) {
             return init::uniform_(x, o.number("a", 0), o.number("b", 1));
         }},
        {"normal_",
         [](Tensor x, const Options& o) {
             return init::normal_(x, o.number("mean", 0), o.number("std", 1));
         }},
        {"trunc_normal_",
         [](Tensor x, const Options& o) {
             return init::trunc_normal_(x, o.number("mean", 0), o.number("std", 1),
                                        o.number("a", -2), o.number("b", 2));
         }},
        {"constant_",
         [](Tensor x, const Options& o) { return init::constant_(x, o.number("val", 0)); }},
        {"ones_", [](Tensor x, const Options&) { return init::ones_(x); }},
        {"zeros_", [](Tensor x, const Options&) { return init::zeros_(x); }},
        {"eye_", [](Tensor x, const Options&) { return init::eye_(x); }},
        {"dirac_",
         [](Tensor x, const Options& o) { return init::dirac_(x, o.get<int64_t>("groups", 1)); }},
        {"xavier_uniform_",
         [](Tensor x, const Options& o) { return init::xavier_uniform_(x, o.number("gain", 1)); }},
        {"xavier_normal_",
         [](Tensor x, const Options& o) { return init::xavier_normal_(x, o.number("gain", 1)); }},
        {"kaiming_uniform_",
         [](Tensor x, const Options& o) {
             return init::kaiming_uniform_(x, o.number("a", 0), o.choice("mode", kFanIn),
                                           o.choice("nonlinearity", kLeakyReLU));
         }},
        {"kaiming_normal_",
         [](Tensor x, const Options& o) {
             return init::kaiming_normal_(x, o.number("a", 0), o.choice("mode", kFanIn),
                                          o.choice("nonlinearity", kLeakyReLU));
         }},
        {"orthogonal_",
         [](Tensor x, const Options& o) { return init::orthogonal_(x, o.number("gain", 1)); }},
        {"sparse_",
         [](Tensor x, const Options& o) {
             return init::sparse_(x, o.number("sparsity", 0), o.number("std", 0.01));
         }},
    };
    return all;
}

Tensor initialized(const Json& row) {
    return initializers().at(row["call"])(empty_tensor(row["shape"].get<Sizes>()),
                                          Options(row["options"], {}));
}

void append(std::vector<double>& values, const Tensor& x) {
    const Array array = x.detach().array();
    for (int64_t i = 0; i < array.count(); ++i) values.push_back(array.at(i));
}

/// The two-sided test of Kolmogorov and Smirnov at the recorded quantiles. Of two samples of one
/// distribution one pair in 10^6 is further apart.
void check_distribution(std::vector<double> values, const Json& want, const std::string& what) {
    BOOST_TEST_CONTEXT(what) {
        BOOST_TEST_REQUIRE(!values.empty());
        std::sort(values.begin(), values.end());
        if (want.contains("constant")) {
            const auto constant = want["constant"].get<double>();
            BOOST_TEST(values.front() == constant);
            BOOST_TEST(values.back() == constant);
            return;
        }
        const auto recorded =
            static_cast<double>(std::min<int64_t>(want["count"].get<int64_t>(), 160000));
        const auto count = static_cast<double>(values.size());
        const double limit = 2.7 * std::sqrt(1 / recorded + 1 / count);
        const double low = want["low"], high = want["high"], width = high - low;
        double worst = 0, bend = 0, share = 0;
        for (const Json& quantile : want["quantiles"]) {
            share += 1.0 / 32;
            const auto at = quantile.get<double>(), rounding = 2e-6 * std::abs(at);
            const auto below = std::lower_bound(values.begin(), values.end(), at - rounding);
            const auto upto = std::upper_bound(values.begin(), values.end(), at + rounding);
            worst = std::max({worst, static_cast<double>(below - values.begin()) / count - share,
                              share - static_cast<double>(upto - values.begin()) / count});
            bend = std::max(bend, std::abs(at - (low + width * share)));
        }
        BOOST_TEST(worst <= limit);
        if (bend > 0.015 * width) return;
        // Uniform: the ends are those of the interval.
        BOOST_TEST(std::abs(values.front() - low) <= 20 * width / std::min(recorded, count));
        BOOST_TEST(std::abs(values.back() - high) <= 20 * width / std::min(recorded, count));
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(parity_initial)

BOOST_AUTO_TEST_CASE(functions_draw_as_pytorch_does) {
    manual_seed(7);
    for (const Json& row : recorded_initial()["functions"]) {
        std::vector<double> values;
        const int64_t wanted = row.value("count", int64_t{1});
        while (static_cast<int64_t>(values.size()) < wanted) append(values, initialized(row));
        check_distribution(std::move(values), row, row.dump().substr(0, 120));
    }
}

BOOST_AUTO_TEST_CASE(patterns_are_exact) {
    for (const Json& row : recorded_initial()["exact"]) {
        std::vector<double> values;
        append(values, initialized(row));
        BOOST_TEST(values == row["values"].get<std::vector<double>>(),
                   boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(what_pytorch_refuses_is_refused) {
    for (const Json& row : recorded_initial()["errors"]) {
        BOOST_TEST_CONTEXT(row.dump()) { BOOST_CHECK_THROW(initialized(row), UserError); }
    }
}

BOOST_AUTO_TEST_CASE(gains_are_pytorchs) {
    for (const Json& row : recorded_initial()["gains"]) {
        const Options options(row, {});
        const Choice choice = options.choice("nonlinearity", kReLU);
        const double got = options.has("slope")
                               ? nn::init::calculate_gain(choice, options.number("slope", 0))
                               : nn::init::calculate_gain(choice);
        BOOST_TEST(got == row["gain"].get<double>());
    }
    BOOST_CHECK_THROW(nn::init::calculate_gain(kGELU), UserError);
}

BOOST_AUTO_TEST_CASE(orthogonal_matrices_are_orthogonal_and_sparse_ones_sparse) {
    manual_seed(3);
    for (const Sizes& sizes : {Sizes{5, 3}, Sizes{3, 5}, Sizes{4, 2, 3}, Sizes{6, 6}}) {
        const Tensor q =
            nn::init::orthogonal_(Tensor::from(Array::zeros(DType::f64, sizes)), 2).flatten(1);
        const bool is_tall = q.size(0).constant() >= q.size(1).constant();
        const Tensor product = is_tall ? matmul(q.t(), q) : matmul(q, q.t());
        const Tensor rest = product - 4 * eye(product.size(0), DType::f64);
        BOOST_TEST(rest.abs().max().item<double>() < 1e-12);
    }
    for (const double sparsity : {0.0, 0.33, 0.9, 1.0}) {
        const Tensor x = nn::init::sparse_(empty_tensor({10, 4}), sparsity);
        const auto zeros = (x == 0).to(DType::i64).sum(0).to_vector<int64_t>();
        for (const int64_t count : zeros)
            BOOST_TEST(count == static_cast<int64_t>(std::ceil(sparsity * 10)));
    }
}

BOOST_AUTO_TEST_CASE(fans_count_inputs_and_outputs_of_a_unit) {
    BOOST_CHECK((nn::init::calculate_fan_in_and_fan_out(empty_tensor({8, 4, 3, 5})) ==
                 std::pair<int64_t, int64_t>(60, 120)));
    BOOST_CHECK((nn::init::calculate_fan_in_and_fan_out(empty_tensor({8, 4})) ==
                 std::pair<int64_t, int64_t>(4, 8)));
}

BOOST_AUTO_TEST_CASE(nothing_is_drawn_for_tensors_of_no_elements) {
    for (const char* name : {"kaiming_uniform_", "kaiming_normal_", "orthogonal_"}) {
        const Tensor x = initializers().at(name)(empty_tensor({0, 3}), Options(Json::object(), {}));
        BOOST_TEST(x.numel().constant() == 0);
    }
}

BOOST_AUTO_TEST_CASE(layers_begin_as_in_pytorch) {
    manual_seed(11);
    const int64_t modules = recorded_initial()["modules"];
    for (const Json& row : recorded_initial()["layers"]) {
        const Maker* maker = find_runner("nn", row["call"]);
        BOOST_TEST_REQUIRE(maker);
        std::map<std::string, std::vector<double>> values;
        for (int64_t i = 0; i < modules; ++i) {
            const Built built = (*maker)(Options(row["options"], {}));
            for (const auto& item : built.module->state_dict()) {
                if (item.second.is_floating_point()) append(values[item.first], item.second);
            }
        }
        BOOST_TEST(values.size() == row["state"].size());
        for (const auto& [key, want] : row["state"].items()) {
            check_distribution(std::move(values[key]), want,
                               row["call"].get<std::string>() + " " + key);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lithe::tests::parity
