#include "dsl/matrix_product.h"

#include <cmath>
#include <limits>
#include <vector>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

namespace lithe {
namespace {

namespace data = boost::unit_test::data;

std::vector<float> numbers(int64_t count, double phase) {
    std::vector<float> result(static_cast<size_t>(count));
    for (size_t i = 0; i < result.size(); ++i)
        result[i] = static_cast<float>(std::sin(phase + 1.7 * static_cast<double>(i)));
    return result;
}

BOOST_AUTO_TEST_SUITE(dsl_matrix_product)

const std::vector<std::vector<int64_t>> shapes = {
    {1, 1, 1}, {7, 5, 3},     {12, 16, 32},  {13, 17, 33}, {5, 0, 4},      {0, 3, 4},
    {3, 4, 0}, {96, 256, 32}, {97, 257, 65}, {2, 600, 40}, {100, 3, 1030}, {1, 1000, 1},
};

BOOST_DATA_TEST_CASE(equals_sums_in_f64,
                     data::xrange(shapes.size()) * data::xrange(4) * data::make({false, true}),
                     which, layout, adds) {
    const int64_t rows = shapes[which][0], inner = shapes[which][1], columns = shapes[which][2];
    const std::vector<float> a = numbers(rows * inner, 1), b = numbers(inner * columns, 2);
    const bool turns_a = layout % 2, turns_b = layout / 2;
    const auto left = turns_a ? matrix_product::transposed(a.data(), rows)
                              : matrix_product::dense(a.data(), inner);
    const auto right = turns_b ? matrix_product::transposed(b.data(), inner)
                               : matrix_product::dense(b.data(), columns);
    std::vector<float> c(static_cast<size_t>(rows * columns), 0.25F);
    matrix_product::multiply(rows, inner, columns, left, right, c.data(),
                             adds ? matrix_product::Store::add : matrix_product::Store::overwrite);
    double worst = 0;
    for (int64_t i = 0; i < rows; ++i) {
        for (int64_t j = 0; j < columns; ++j) {
            double sum = adds ? 0.25 : 0, size = sum;
            for (int64_t k = 0; k < inner; ++k) {
                const double term =
                    static_cast<double>(left.data[i * left.row_step + k * left.column_step]) *
                    right.data[k * right.row_step + j * right.column_step];
                sum += term;
                size += std::abs(term);
            }
            // A sum of K terms in any order is off by K roundings of what the terms add up to.
            const double bound = static_cast<double>(inner + 1) * 0x1p-24 * size;
            const double error = std::abs(sum - c[static_cast<size_t>(i * columns + j)]);
            worst = std::max(worst, bound == 0 ? error : error / bound);
        }
    }
    BOOST_TEST(worst <= 1);
}

BOOST_AUTO_TEST_CASE(edges_of_tiles_do_not_leak) {
    // The zeros that fill up a tile meet infinities: only where these are may NaN appear.
    const float infinity = std::numeric_limits<float>::infinity();
    const std::vector<float> a = {1, 2, 3, 4, 5, 6}, b = {infinity, 1, 1, 1};
    std::vector<float> c(6);
    matrix_product::multiply(3, 2, 2, matrix_product::dense(a.data(), 2),
                             matrix_product::dense(b.data(), 2), c.data());
    BOOST_TEST(c == (std::vector<float>{infinity, 3, infinity, 7, infinity, 11}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(whole_numbers_and_f64_are_exact) {
    const std::vector<int64_t> a = {1, -2, 3, 1LL << 40}, b = {5, 6, 7, 8};
    std::vector<int64_t> c(4);
    matrix_product::multiply(2, 2, 2, matrix_product::dense(a.data(), 2),
                             matrix_product::transposed(b.data(), 2), c.data());
    BOOST_TEST(c == (std::vector<int64_t>{-7, -9, 15 + (6LL << 40), 21 + (8LL << 40)}),
               boost::test_tools::per_element());
    const std::vector<double> x = {1, 0x1p-40}, y = {1, 1};
    double z = 0;
    matrix_product::multiply(1, 2, 1, matrix_product::dense(x.data(), 2),
                             matrix_product::dense(y.data(), 1), &z);
    BOOST_TEST(z == 1 + 0x1p-40);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace lithe
