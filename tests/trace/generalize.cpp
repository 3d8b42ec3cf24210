// Sizes in plain integers: what holds at the sizes of the trace alone is refused.
#include <cmath>

#include "compiler/compiled_model.h"
#include "dsl/control_flow.h"
#include "dsl/nn.h"
#include "tests/support/compile_options.h"
#include "tests/support/tensors.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

/// Does something else where a divisor divides the number of rows.
struct OfEveryFewImpl : nn::Module {
    int64_t divisor;
    explicit OfEveryFewImpl(int64_t d) : divisor(d) {}
    Tensor forward(const Tensor& x) {
        const int64_t rows = x.size(0);
        return rows % divisor == 0 ? relu(x) : sigmoid(x);
    }
};
LITHE_MODULE(OfEveryFew);

/// Two resolutions that are added to each other, sizes kept as plain integers.
struct FusedImpl : nn::Module {
    Tensor forward(const Tensor& x) {
        Tensor fine = x, coarse = max_pool2d(x, 2);
        for (int round = 0; round < 2; ++round) {
            const int64_t height = fine.size(2), width = fine.size(3);
            const Tensor up = interpolate(coarse, {.size = {height, width}});
            fine = cat({(up + fine).slice(1, 0, 1), (up * fine).slice(1, 1)}, 1);
            coarse = max_pool2d(fine, 2);
        }
        return fine;
    }
};
LITHE_MODULE(Fused);

/// Pixels in rows after strides of 4, two plain integers multiplied; rows of a batch as the groups
/// of a convolution, each with a filter of its own.
struct StridedImpl : nn::Module {
    nn::Conv2d a = register_module("a", layer(2)), b = register_module("b", layer(4));
    static nn::Conv2d layer(int64_t channels) {
        return nn::Conv2d(nn::Conv2dOptions(channels, 4, 3).stride(2).padding(1));
    }
    Tensor forward(const Tensor& x) {
        const Tensor y = b(a(x));
        const int64_t batch = y.size(0), height = y.size(2), width = y.size(3);
        const Tensor style = y.mean({2, 3}).view({batch, 1, 4, 1, 1});
        const Tensor filters = (a->weight.view({1, 4, 2, 3, 3}) * style.slice(2, 0, 2));
        const Tensor image = y.slice(1, 0, 2).reshape({1, batch * 2, height, width});
        const Tensor z = conv2d(image, filters.reshape({batch * 4, 2, 3, 3}), {}, 1, 1, 1, batch);
        return z.view({batch, 4, height * width});
    }
};
LITHE_MODULE(Strided);

/// The middle of a line, as long as a window that strides have made: begins at half of what the
/// line is longer.
struct MiddleImpl : nn::Module {
    Tensor forward(const Tensor& x) {
        const Tensor half = avg_pool1d(x, 4, 4), window = avg_pool1d(half, 8, 4);
        const int64_t have = half.size(2), want = 4 * window.size(2);
        const int64_t begin = (have - want) / 2;
        return half.slice(2, begin, begin + want);
    }
};
LITHE_MODULE(Middle);

/// The same with the margins kept as one number, and the end counted from the line's.
struct CroppedImpl : nn::Module {
    Tensor forward(const Tensor& x) {
        const Tensor half = avg_pool1d(x, 4, 4), window = avg_pool1d(half, 8, 4);
        const Tensor wide = window.repeat_interleave(4, 2);
        const int64_t margin = half.size(2) - wide.size(2);
        return half.slice(2, margin / 2, half.size(2) - (margin - margin / 2)) + wide;
    }
};
LITHE_MODULE(Cropped);

/// Begins where no part of the size lies.
struct ByTableImpl : nn::Module {
    Tensor forward(const Tensor& x) {
        const int64_t size = x.size(1);
        const int64_t begin = size % 5 == 2 || size % 7 > 4 ? 1 : 0;
        return x.slice(1, begin, begin + 4);
    }
};
LITHE_MODULE(ByTable);

/// Known numbers repeated as often as sizes say, beside ones that are made of sizes.
struct TiledImpl : nn::Module {
    Tensor forward(const Tensor& x) {
        const int64_t rows = x.size(0), columns = x.size(1);
        const Tensor scale = tensor({16.f, 32.f, 64.f}).repeat({rows * columns});
        const Tensor row = arange(rows, DType::f32).unsqueeze(1).expand({rows, columns});
        return (x + row).unsqueeze(-1) * scale.view({rows, columns, 3});
    }
};
LITHE_MODULE(Tiled);

/// Numbers of the C++ code that are made of sizes and are none.
struct OfNumbersImpl : nn::Module {
    Tensor forward(const Tensor& x) {
        const int64_t rows = x.size(1), columns = x.size(2);
        const double bits = std::log(2.0) * rows * columns, scale = std::sqrt(double(rows));
        const Tensor body = x * (1.0 / columns) + 1 / scale - x / std::log(double(rows));
        return body * scale + x.sum({1, 2}, true) / bits - 0.5 * rows;
    }
};
LITHE_MODULE(OfNumbers);

/// One such number in the body of a loop and one outside.
struct OfNumbersInLoopsImpl : nn::Module {
    Tensor forward(const Tensor& x) {
        const int64_t columns = x.size(1);
        const Tensor begin = x[0] * 0.0 + 1.5 / columns;
        const ScanStep step = [&](const Tensors& carry, const Tensors& slice) -> ScanResult {
            const Tensor next = carry[0] * 0.5 + slice[0] / std::sqrt(double(columns));
            return {{next}, {next}};
        };
        return scan(step, {begin}, {x}).stacked[0] * (2.5 / columns);
    }
};
LITHE_MODULE(OfNumbersInLoops);

struct OfANumberImpl : nn::Module {
    Tensor forward(const Tensor& x) {
        const int64_t rows = x.size(0);
        return x * std::sin(double(rows));
    }
};
LITHE_MODULE(OfANumber);

template <class Holder>
void check_lines(Holder net) {
    CompiledModel compiled = compile(net, "x:f32[N=1..4,2,L=200..2000]", compile_options());
    for (int64_t length = 200; length < 240; ++length) {
        BOOST_TEST_CONTEXT("of length " << length) {
            const Tensor x = numbers({2, 2, length}, DType::f32);
            check_equal(compiled(x), net(x), 1e-6);
        }
    }
    const Tensor x = numbers({1, 2, 1999}, DType::f32);
    check_equal(compiled(x), net(x), 1e-6);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(trace_generalize)

BOOST_AUTO_TEST_CASE(known_numbers_are_repeated_as_often_as_sizes_say) {
    Tiled net;
    CompiledModel compiled = compile(net, "x:f32[H=2..40,W=2..50]", compile_options());
    for (const Sizes& shape : {Sizes{2, 3}, Sizes{7, 5}, Sizes{40, 50}}) {
        const Tensor x = numbers(shape, DType::f32);
        check_equal(compiled(x), net(x));
    }
}

BOOST_AUTO_TEST_CASE(what_holds_for_some_rests_alone_is_refused) {
    for (const int64_t divisor : {2, 3, 4, 6}) {
        BOOST_TEST_CONTEXT("divided by " << divisor) {
            check_error("trace.not_general",
                        [&] { compile(OfEveryFew(divisor), "x:f32[N=1..100,4]"); });
        }
    }
}

BOOST_AUTO_TEST_CASE(a_crop_to_the_middle_holds_at_every_size) {
    check_lines(Middle());
    check_lines(Cropped());
}

BOOST_AUTO_TEST_CASE(what_no_part_of_a_size_explains_is_refused) {
    check_error("trace.not_general", [] { compile(ByTable(), "x:f32[N=1..4,L=8..2000]"); });
}

BOOST_AUTO_TEST_CASE(numbers_made_of_sizes_hold_at_every_size) {
    OfNumbers net;
    CompiledModel compiled = compile(net, "x:f32[N=1..4,H=2..64,W=1..64]", compile_options());
    OfNumbers doubles;
    CompiledModel of_doubles = compile(doubles, "x:f64[2,H=2..64,W=1..64]", compile_options());
    for (const auto& [height, width] : {std::pair{2, 1}, {3, 9}, {64, 64}, {17, 23}}) {
        const Tensor x = numbers({2, height, width}, DType::f32);
        check_equal(compiled(x), net(x), 1e-6);
        const Tensor y = numbers({2, height, width}, DType::f64);
        check_equal(of_doubles(y), doubles(y), 1e-14);
    }
}

BOOST_AUTO_TEST_CASE(numbers_made_of_sizes_hold_in_loops) {
    OfNumbersInLoops net;
    CompiledModel compiled = compile(net, "x:f32[T=1..9,C=1..64]", compile_options());
    for (const auto& [steps, columns] : {std::pair{1, 1}, {3, 9}, {9, 64}}) {
        const Tensor x = numbers({steps, columns}, DType::f32);
        check_equal(compiled(x), net(x), 1e-6);
    }
}

BOOST_AUTO_TEST_CASE(a_number_that_is_no_power_of_sizes_is_refused) {
    check_error("trace.not_general", [] { compile(OfANumber(), "x:f32[N=1..64,4]"); });
}

BOOST_AUTO_TEST_CASE(a_size_stays_one_beside_its_number) {
    Fused net;
    CompiledModel compiled = compile(net, "x:f32[N=1..3,2,H=4..40,W=4..40]", compile_options());
    for (const auto& [height, width] : {std::pair{4, 4}, {9, 5}, {12, 20}, {33, 18}}) {
        const Tensor x = numbers({2, 2, height, width}, DType::f32);
        check_equal(compiled(x), net(x), 1e-6);
    }
}

BOOST_AUTO_TEST_CASE(strided_sizes_and_groups_of_the_batch, *boost::unit_test::label("slow")) {
    Strided net;
    CompiledModel compiled = compile(net, "x:f32[N=1..4,2,H=16..80,W=16..80]", compile_options());
    for (const auto& [height, width] : {std::pair{16, 16}, {19, 34}, {50, 21}}) {
        for (const int64_t batch : {1, 3}) {
            const Tensor x = numbers({batch, 2, height, width}, DType::f32);
            check_equal(compiled(x), net(x), 1e-5);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
