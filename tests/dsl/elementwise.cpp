#include "dsl/elementwise.h"

#include <vector>

#include <boost/test/unit_test.hpp>

#include "dsl/array.h"

namespace lithe {
namespace {

BOOST_AUTO_TEST_SUITE(dsl_elementwise)

struct Places {
    std::vector<int64_t> results, first, second;
};

Places walked(const Sizes& sizes, const Sizes& a, const Sizes& b) {
    Places places;
    elementwise::for_each_index<2>({a, b}, sizes, [&](int64_t i, int64_t x, int64_t y) {
        places.results.push_back(i);
        places.first.push_back(x);
        places.second.push_back(y);
    });
    return places;
}

/// The same, by dividing the index of each result.
Places divided(const Sizes& sizes, const Sizes& a, const Sizes& b) {
    int64_t count = 1;
    for (const int64_t size : sizes) count *= size;
    Places places;
    for (int64_t i = 0; i < count; ++i) {
        int64_t rest = i, x = 0, y = 0;
        for (size_t axis = sizes.size(); axis-- > 0;) {
            x += rest % sizes[axis] * a[axis];
            y += rest % sizes[axis] * b[axis];
            rest /= sizes[axis];
        }
        places.results.push_back(i);
        places.first.push_back(x);
        places.second.push_back(y);
    }
    return places;
}

BOOST_AUTO_TEST_CASE(rows_visit_every_place_in_order) {
    const std::vector<std::array<Sizes, 3>> cases = {
        {Sizes{}, Sizes{}, Sizes{}},
        {Sizes{5}, Sizes{1}, Sizes{0}},
        {Sizes{2, 3, 4}, Sizes{12, 4, 1}, Sizes{12, 4, 1}},  // all one row
        {Sizes{2, 3, 4}, Sizes{12, 4, 1}, Sizes{0, 0, 1}},
        {Sizes{2, 3, 4}, Sizes{12, 4, 1}, Sizes{3, 1, 0}},
        {Sizes{2, 3, 4}, Sizes{0, 0, 0}, Sizes{1, 2, 6}},  // a transpose
        {Sizes{1, 3, 1, 4}, Sizes{7, 4, 9, 1}, Sizes{0, 0, 0, 1}},
        {Sizes{2, 0, 4}, Sizes{0, 4, 1}, Sizes{0, 4, 1}},
        {Sizes{3, 1}, Sizes{5, 0}, Sizes{2, 0}},
    };
    for (const auto& [sizes, a, b] : cases) {
        const Places got = walked(sizes, a, b), want = divided(sizes, a, b);
        BOOST_TEST(got.results == want.results, boost::test_tools::per_element());
        BOOST_TEST(got.first == want.first, boost::test_tools::per_element());
        BOOST_TEST(got.second == want.second, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(transposed_arrays_are_copied_in_their_order) {
    for (const Sizes& sizes : {Sizes{3, 5}, Sizes{2, 33, 17}, Sizes{4, 3, 20, 2}, Sizes{1, 7}}) {
        const Array dense = Array::empty(DType::f32, sizes);
        for (int64_t i = 0; i < dense.count(); ++i) dense.data<float>()[i] = static_cast<float>(i);
        for (size_t axis = 0; axis + 1 < sizes.size(); ++axis) {
            Sizes turned = sizes, strides = dense.strides();
            std::swap(turned[axis], turned.back());
            std::swap(strides[axis], strides.back());
            const Array view = dense.view(turned, strides), copy = view.clone();
            for (int64_t i = 0; i < copy.count(); ++i)
                BOOST_TEST_REQUIRE(copy.data<float>()[i] == view.at(i));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace lithe
