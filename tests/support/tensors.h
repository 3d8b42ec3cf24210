#pragma once

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "dsl/autograd.h"
#include "dsl/ops.h"
#include "dsl/tensor_data.h"
#include "runtime/error.h"

namespace lithe::tests {

/// Fixed numbers without ties, zeros and symmetry: sin-like, in -limit..limit.
inline Tensor numbers(const Sizes& sizes, DType dtype = DType::f64, double limit = 1.5,
                      int stream = 0) {
    Array array = Array::empty(DType::f64, sizes);
    for (int64_t i = 0; i < array.count(); ++i) {
        array.data<double>()[i] =
            limit * std::sin(1.0 + 1.7 * static_cast<double>(i) + 12.9898 * (stream + 1));
    }
    return Tensor::from(array.to(dtype));
}

/// Type, then every element; NaN equals NaN.
inline void check_equal(const Tensor& got, const Tensor& want, double tolerance = 0) {
    BOOST_REQUIRE_EQUAL(got.type().str(), want.type().str());
    const Array a = got.array(), b = want.array();
    for (int64_t i = 0; i < a.count(); ++i) {
        const double x = a.at(i), y = b.at(i);
        if (std::isnan(x) && std::isnan(y)) continue;
        if (x == y || std::abs(x - y) <= tolerance * std::max(1.0, std::abs(y))) continue;
        BOOST_FAIL("element " << i << ": got " << x << ", expected " << y);
    }
}

/// That `body` throws a UserError of this id.
inline void check_error(const std::string& id, const std::function<void()>& body) {
    try {
        body();
    } catch (const UserError& error) {
        BOOST_CHECK_MESSAGE(error.id() == id,
                            "got '" << error.what() << "', expected [" << id << "]");
        return;
    }
    BOOST_ERROR("nothing was thrown, expected [" << id << "]");
}

}  // namespace lithe::tests
