#include <boost/test/unit_test.hpp>

#include "dsl/autograd.h"
#include "dsl/nn.h"
#include "dsl/ops.h"
#include "dsl/optim.h"
#include "dsl/random.h"
#include "dsl/tensor_data.h"
#include "dsl/utils.h"

namespace lithe::tests {
namespace {

namespace parametrizations = nn::utils::parametrizations;
using parametrizations::OrthogonalMap;

constexpr OrthogonalMap maps[] = {OrthogonalMap::matrix_exp, OrthogonalMap::cayley,
                                  OrthogonalMap::householder};

Tensor matrix(const std::vector<double>& values, const Shape& shape) {
    return tensor(values, DType::f64).reshape(shape);
}

void check_close(const Tensor& got, const Tensor& want, double tolerance) {
    BOOST_TEST((got.detach() - want).abs().max().item<double>() <= tolerance);
}

/// W^T W, or W W^T where there are fewer rows, is one.
void check_orthogonal(const Tensor& weight, double tolerance = 1e-12) {
    const Tensor w = weight.detach(), turned = transpose(w, -2, -1);
    const bool is_tall = int64_t(w.size(-2)) >= int64_t(w.size(-1));
    const Tensor product = is_tall ? matmul(turned, w) : matmul(w, turned);
    check_close(product, expand(eye(product.size(-1), w.dtype()), product.sizes()), tolerance);
}

nn::Linear layer(int64_t in, int64_t out) {
    return nn::Linear(nn::LinearOptions(in, out).dtype(DType::f64));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(utils_orthogonal)

/// Weights and gradients as PyTorch 2.15.0 computes them, without trivialization.
BOOST_AUTO_TEST_CASE(maps_are_pytorchs) {
    struct Row {
        OrthogonalMap map;
        Shape shape;
        std::vector<double> original, weight, gradient;
    };
    const std::vector<double> tall{.1, .2, .3, -.4, .5, .6}, signs{1, .2, .3, -1, .5, .6};
    const Row rows[] = {
        {OrthogonalMap::matrix_exp,
         {3, 2},
         tall,
         {0.839688147761587, -0.407656414899212, 0.124753146243189, 0.787822548507983,
          0.528545614882141, 0.461683743978395},
         {0, 0, -1.03664053301862, 0, 0.852892315329828, 1.57041709779745}},
        {OrthogonalMap::cayley,
         {3, 2},
         tall,
         {0.85531914893617, -0.382978723404255, 0.127659574468085, 0.808510638297872,
          0.502127659574468, 0.446808510638298},
         {0, 0, -0.923132639203259, 0, 0.957899502037121, 1.64309642372114}},
        {OrthogonalMap::householder,
         {3, 2},
         signs,
         {-0.492537313432836, -0.86918349429324, -0.447761194029851, 0.209833187006146,
          -0.746268656716418, 0.447761194029851},
         {0, 0, -6.95556458270543, 0, -11.9203805380472, -0.63781438826628}},
        {OrthogonalMap::matrix_exp,
         {2, 2},
         {.1, .2, .7, -.4},
         {0.764842187284489, -0.644217687237691, 0.644217687237691, 0.764842187284489},
         {0, 0, -2.45624624890396, 0}},
        {OrthogonalMap::cayley,
         {2, 2},
         {.1, .2, .7, -.4},
         {0.78173719376392, -0.623608017817372, 0.623608017817372, 0.78173719376392},
         {0, 0, -2.08133888224761, 0}},
    };
    for (const Row& row : rows) {
        nn::Linear fc = layer(row.shape[1].constant(), row.shape[0].constant());
        // Assigned as a trivial one, whose base is then taken for 1: the map alone is left.
        parametrizations::orthogonal(*fc, "weight", row.map);
        Tensor original = fc->get_parameter("parametrizations.weight.original");
        Tensor base = fc->get_buffer("parametrizations.weight.0.base");
        {
            const NoGradGuard no_grad;
            original.copy_(matrix(row.original, row.shape));
            base.copy_(eye(base.size(0), DType::f64));
        }
        fc->forward(zeros({1, row.shape[1]}, DType::f64));  // computes the weight
        const Tensor weight = *fc->find_tensor("weight");
        check_close(weight, matrix(row.weight, row.shape), 1e-14);
        const Tensor factors = (arange(weight.numel()) + 1).to(DType::f64).reshape(row.shape);
        (weight * factors).sum().backward();
        check_close(original.grad(), matrix(row.gradient, row.shape), 1e-13);
    }
}

BOOST_AUTO_TEST_CASE(the_present_weight_stays_or_its_orthogonal_factor_is_taken) {
    manual_seed(5);
    for (const OrthogonalMap map : maps) {
        for (const auto& [rows, columns] : {std::pair(4, 4), {5, 3}, {3, 5}, {1, 4}}) {
            nn::Linear fc = layer(columns, rows);
            const bool starts_orthogonal = rows != 4;
            if (starts_orthogonal) nn::init::orthogonal_(fc->weight);
            const Tensor before = fc->weight.detach().clone();
            parametrizations::orthogonal(*fc, "weight", map);
            fc->forward(zeros({1, columns}, DType::f64));
            check_orthogonal(*fc->find_tensor("weight"));
            if (starts_orthogonal) check_close(*fc->find_tensor("weight"), before, 1e-12);
        }
    }
    nn::Linear fc = layer(3, 5);
    nn::init::orthogonal_(fc->weight);
    const Tensor before = fc->weight.detach().clone();
    parametrizations::orthogonal(*fc, "weight", OrthogonalMap::householder,
                                 /*use_trivialization=*/false);
    fc->forward(zeros({1, 3}, DType::f64));
    check_close(*fc->find_tensor("weight"), before, 1e-12);
}

BOOST_AUTO_TEST_CASE(without_a_base_the_original_is_the_present_weight) {
    manual_seed(5);
    for (const OrthogonalMap map : {OrthogonalMap::matrix_exp, OrthogonalMap::cayley}) {
        for (const auto& [rows, columns] : {std::pair(4, 4), {5, 3}, {3, 5}}) {
            nn::Linear fc = layer(columns, rows);
            const Tensor before = fc->weight.detach().clone();
            parametrizations::orthogonal(*fc, "weight", map, /*use_trivialization=*/false);
            check_close(fc->get_parameter("parametrizations.weight.original").detach(), before, 0);
            fc->forward(zeros({1, columns}, DType::f64));
            check_orthogonal(*fc->find_tensor("weight"));
        }
    }
}

BOOST_AUTO_TEST_CASE(it_stays_orthogonal_in_training_and_has_pytorchs_keys) {
    manual_seed(6);
    for (const OrthogonalMap map : maps) {
        nn::Linear fc = layer(3, 5);
        parametrizations::orthogonal(*fc, "weight", map);
        std::vector<std::string> keys;
        for (const auto& item : fc->state_dict()) keys.push_back(item.first);
        BOOST_TEST(keys == (std::vector<std::string>{"bias", "parametrizations.weight.original",
                                                     "parametrizations.weight.0.base"}),
                   boost::test_tools::per_element());
        optim::SGD optimizer(fc->parameters(), optim::SGDOptions(0.1));
        const Tensor x = randn({8, 3}, DType::f64), y = randn({8, 5}, DType::f64);
        double first = 0, last = 0;
        for (int i = 0; i < 20; ++i) {
            optimizer.zero_grad();
            const Tensor loss = mse_loss(fc->forward(x), y);
            (i == 0 ? first : last) = loss.item<double>();
            loss.backward();
            optimizer.step();
        }
        BOOST_TEST(last < first);
        fc->forward(x);
        check_orthogonal(*fc->find_tensor("weight"));
    }
}

BOOST_AUTO_TEST_CASE(batches_of_matrices_and_what_is_refused) {
    manual_seed(8);
    nn::Conv1d conv(nn::Conv1dOptions(4, 6, 3).dtype(DType::f64));
    parametrizations::orthogonal(*conv);
    conv->forward(zeros({1, 4, 5}, DType::f64));
    check_orthogonal(*conv->find_tensor("weight"));
    nn::Linear fc = layer(3, 3);
    const auto id_of = [](auto call) {
        try {
            call();
        } catch (const UserError& error) {
            return std::string(error.id());
        }
        return std::string("nothing was refused");
    };
    BOOST_TEST(id_of([&] { parametrizations::orthogonal(*fc, "bias"); }) == "orthogonal.rank");
}

BOOST_AUTO_TEST_CASE(parameters_are_not_drawn_where_that_is_skipped) {
    manual_seed(9);
    const auto skipped = nn::utils::skip_init<nn::Linear>(30, 20);
    BOOST_TEST(skipped->weight.detach().abs().max().item<double>() == 0);
    // Nor was the generator asked: what is drawn next is what would have been drawn.
    const nn::Linear after(30, 20);
    manual_seed(9);
    const nn::Linear plain(30, 20);
    check_close(after->weight, plain->weight.detach(), 0);
    BOOST_TEST(plain->weight.detach().abs().max().item<double>() > 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lithe::tests
