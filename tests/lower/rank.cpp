// Short lines that are sorted by comparing every element with all others.
#include <limits>

#include "tests/support/compiled_function.h"
#include "tests/support/sample.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

/// Many equal elements, and both ends of the dtype.
template <class T>
Tensor of_dtype(const Sizes& sizes, DType dtype) {
    const Array array = Array::empty(dtype, sizes);
    for (int64_t i = 0; i < array.count(); ++i) {
        const int64_t any = i * 7919 % 13;
        array.data<T>()[i] = any == 5   ? std::numeric_limits<T>::lowest()
                             : any == 6 ? std::numeric_limits<T>::max()
                                        : static_cast<T>(any % 4);
        if constexpr (std::is_floating_point_v<T>) {
            if (any == 7) array.data<T>()[i] = std::numeric_limits<T>::quiet_NaN();
            if (any == 8) array.data<T>()[i] = -std::numeric_limits<T>::infinity();
            if (any == 9) array.data<T>()[i] = static_cast<T>(-0.0);
        }
    }
    return Tensor::from(array);
}

template <class T>
void check(DType dtype, Sample& sample) {
    for (const int64_t size : {1, 2, 7, 8, 9, 64, 255, 256}) {
        if (!sample.takes()) continue;
        BOOST_TEST_CONTEXT(name(dtype) << ", lines of " << size) {
            const std::string type(name(dtype)), length = std::to_string(size);
            CompiledFunction f(
                [](const Tensors& in) {
                    return Tensors{argsort(in[0], 1, false), argsort(in[0], 1, true)};
                },
                "x:" + type + "[N=1..9," + length + ",3]");
            for (const int64_t n : {1, 5}) f.check({of_dtype<T>({n, size, 3}, dtype)}, 0);
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lower_rank)

BOOST_AUTO_TEST_CASE(every_dtype, *boost::unit_test::label("sampled")) {
    Sample sample(7);
    check<float>(DType::f32, sample);
    check<double>(DType::f64, sample);
    check<int64_t>(DType::i64, sample);
    check<int32_t>(DType::i32, sample);
    check<uint8_t>(DType::u8, sample);
}

BOOST_AUTO_TEST_SUITE_END()
