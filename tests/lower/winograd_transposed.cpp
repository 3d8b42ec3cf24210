// Transposed convolutions by Winograd's way, whose phases are computed side by side, and other
// forms of convolution that it takes, as models: against eager mode in f64.
#include <lithe/lithe.h>

#include <algorithm>
#include <limits>
#include <string>

#include "compiler/passes/tuning.h"
#include "tests/support/check_compiled.h"
#include "tests/support/sample.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

/// Takes the first choice whose name begins like this, where there is one.
class Forced : public passes::Tuning {
public:
    explicit Forced(std::string begin) : begin_(std::move(begin)) {}

    size_t choose(const std::string&, const std::vector<std::string>& choices) override {
        for (size_t i = 0; i < choices.size(); ++i) {
            if (begin_.empty() || !choices[i].starts_with(begin_)) continue;
            ++taken;
            return i;
        }
        return 0;
    }

    int taken = 0;

private:
    std::string begin_;
};

double largest(const Tensor& tensor) {
    double result = 0;
    const Array array = tensor.array().dense();
    for (int64_t i = 0; i < array.count(); ++i) result = std::max(result, std::abs(array.at(i)));
    return result;
}

/// The layer, compiled with a choice forced, against itself in f64. As in lower_winograd: 16 times
/// the rounding of the sums.
template <class Layer, class Options>
void check_layer(const Options& options, const std::string& input, const std::string& choice,
                 const std::vector<Sizes>& sizes) {
    manual_seed(7);
    Layer layer(options), twin(Options(options).dtype(DType::f64));
    twin->weight = layer->weight.to(DType::f64);
    if (layer->bias.defined()) twin->bias = layer->bias.to(DType::f64);
    const auto forced = std::make_shared<Forced>(choice);
    CompileOptions compiling = compile_alone();
    compiling.tuning = forced;
    CompiledModel compiled = compile_subject(
        {layer.ptr(),
         [=](const Tensors& in) mutable { return Tensors{relu(layer->forward(in[0]))}; }},
        input, compiling);
    BOOST_TEST(forced->taken == (choice.empty() ? 0 : 1), "no choice is " << choice);
    const double terms =
        static_cast<double>(layer->weight.numel()) / static_cast<double>(options.out_channels());
    for (const Sizes& size : sizes) {
        const Tensor x = numbers(size, DType::f32, 1.5, 3);
        const Tensor want = relu(twin->forward(x.to(DType::f64)));
        const double limit = terms * 1.5 * largest(layer->weight) * 6e-8 * 16;
        check_equal(compiled(Tensors{x})[0].to(DType::f64), want, limit);
    }
}

using Transposed2d = nn::ConvTranspose2dOptions;

}  // namespace

BOOST_AUTO_TEST_SUITE(lower_winograd_transposed)

BOOST_AUTO_TEST_CASE(phases, *boost::unit_test::label("slow")) {
    struct Case {
        Transposed2d options;
        Sizes size;
    };
    // Filters that fill vectors: others are computed together where the model prefers that.
    for (const char* tile : {"winograd 2, stages", "winograd 3, stages", "winograd 4, stages"}) {
        for (const Case& c :
             {Case{Transposed2d(16, 32, 4).stride(2).padding(1), {1, 16, 8, 8}},
              Case{Transposed2d(9, 16, 4).stride(2).padding(1).bias(false), {2, 9, 5, 7}},
              Case{Transposed2d(33, 16, 4).stride(2).padding(3), {1, 33, 7, 9}},
              Case{Transposed2d(8, 48, 6).stride(3).padding(1), {2, 8, 4, 5}},
              Case{Transposed2d(12, 16, 4).stride(2).padding(1).output_padding(1),
                   {1, 12, 3, 6}}}) {
            const std::string size = str(Shape(c.size.begin(), c.size.end()));
            BOOST_TEST_CONTEXT(tile << ", " << size) {
                check_layer<nn::ConvTranspose2d>(c.options, "x:f32" + size, tile, {c.size});
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(neighbours_of_different_taps, *boost::unit_test::label("slow")) {
    for (const Transposed2d& options :
         {Transposed2d(12, 9, 3).stride(2).padding(1).output_padding(1),
          Transposed2d(10, 40, 5).stride(3).padding(2).output_padding(1),
          Transposed2d(7, 3, 3).stride(2), Transposed2d(8, 8, 5).stride(2).padding(4),
          Transposed2d(5, 6, 1).stride(2).output_padding(1),  // some have no tap
          Transposed2d(5, 17, 2).stride(3).bias(false)}) {
        const int64_t in = options.in_channels();
        check_layer<nn::ConvTranspose2d>(options, "x:f32[2," + std::to_string(in) + ",5,7]", "",
                                         {{2, in, 5, 7}});
    }
}

/// Few channels of wide images are computed by planes, which have their channels in front.
BOOST_AUTO_TEST_CASE(few_channels_of_wide_images, *boost::unit_test::label("slow")) {
    for (const Transposed2d& options :
         {Transposed2d(4, 1, 2).stride(2), Transposed2d(4, 1, 4).stride(2).padding(1),
          Transposed2d(3, 1, 3).stride(2).padding(1).output_padding(1)}) {
        const int64_t in = options.in_channels();
        check_layer<nn::ConvTranspose2d>(options, "x:f32[2," + std::to_string(in) + ",21,37]", "",
                                         {{2, in, 21, 37}});
    }
}

/// A NaN or an infinity reaches the results that eager mode says, of all phases.
BOOST_AUTO_TEST_CASE(what_is_not_finite_stays_where_it_belongs, *boost::unit_test::label("slow")) {
    for (const int64_t kernel : {4, 3}) {
        nn::ConvTranspose2d layer(Transposed2d(16, 16, kernel).stride(2).padding(1));
        CompileOptions options = compile_alone();
        options.tuning = std::make_shared<Forced>("winograd 4, stages");
        CompiledModel compiled = compile_subject(subject_of(layer), "x:f32[1,16,9,8]", options);
        for (const float odd :
             {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
            Array x = numbers({1, 16, 9, 8}, DType::f32, 1.5, 3).array().dense();
            x.data<float>()[(5 * 9 + 4) * 8 + 3] = odd;
            const Tensor in = Tensor::from(x);
            const double limit = 16 * kernel * kernel * 1.5 * largest(layer->weight) * 6e-8 * 16;
            check_equal(compiled(Tensors{in})[0], layer->forward(in), limit);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_batch_known_late) {
    check_layer<nn::ConvTranspose2d>(Transposed2d(16, 20, 4).stride(2).padding(1),
                                     "x:f32[N=1..5,16,6,7]", "winograd 4, stages",
                                     {{1, 16, 6, 7}, {3, 16, 6, 7}, {5, 16, 6, 7}});
}

BOOST_AUTO_TEST_CASE(an_image_known_late, *boost::unit_test::label("slow")) {
    for (const Transposed2d& options :
         {Transposed2d(16, 16, 4).stride(2).padding(1), Transposed2d(8, 5, 3).stride(2).padding(1),
          Transposed2d(8, 6, 2).stride(2), Transposed2d(8, 16, 5).stride(3).padding(2)}) {
        const int64_t in = options.in_channels();
        check_layer<nn::ConvTranspose2d>(options,
                                         "x:f32[1," + std::to_string(in) + ",H=2..9,W=2..12]", "",
                                         {{1, in, 3, 2}, {1, in, 9, 12}, {1, in, 5, 7}});
    }
}

BOOST_AUTO_TEST_CASE(one_axis, *boost::unit_test::label("slow")) {
    using Transposed1d = nn::ConvTranspose1dOptions;
    check_layer<nn::ConvTranspose1d>(Transposed1d(16, 24, 4).stride(2).padding(1), "x:f32[2,16,19]",
                                     "winograd 4, stages", {{2, 16, 19}});
    check_layer<nn::ConvTranspose1d>(Transposed1d(9, 16, 16).stride(8).padding(4), "x:f32[1,9,13]",
                                     "", {{1, 9, 13}});
    check_layer<nn::ConvTranspose1d>(Transposed1d(7, 5, 3).stride(3), "x:f32[1,7,L=1..13]", "",
                                     {{1, 7, 13}, {1, 7, 1}});
    using Conv1d = nn::Conv1dOptions;
    for (const char* choice : {"winograd 2, stages", "winograd 4, block"}) {
        check_layer<nn::Conv1d>(Conv1d(17, 24, 3).padding(1), "x:f32[2,17,31]", choice,
                                {{2, 17, 31}});
    }
    check_layer<nn::Conv1d>(Conv1d(16, 9, 4).stride(2).padding(1), "x:f32[1,16,30]",
                            "winograd 4, stages", {{1, 16, 30}});
}

BOOST_AUTO_TEST_CASE(three_axes) {
    using Transposed3d = nn::ConvTranspose3dOptions;
    check_layer<nn::ConvTranspose3d>(Transposed3d(6, 9, 2).stride(2), "x:f32[1,6,3,4,5]", "",
                                     {{1, 6, 3, 4, 5}});
    check_layer<nn::ConvTranspose3d>(Transposed3d(5, 4, 4).stride(2).padding(1), "x:f32[2,5,2,3,3]",
                                     "", {{2, 5, 2, 3, 3}});
}

BOOST_AUTO_TEST_CASE(strides, *boost::unit_test::label("sampled")) {
    using Conv2d = nn::Conv2dOptions;
    Sample sample(4);
    const auto check = [&](const Conv2d& options, const char* choice, const Sizes& size) {
        if (!sample.takes()) return;
        check_layer<nn::Conv2d>(options, "x:f32" + str(Shape(size.begin(), size.end())), choice,
                                {size});
    };
    for (const char* choice : {"winograd 2, stages", "winograd 3, stages", "winograd 4, stages"}) {
        check(Conv2d(17, 24, 3).stride(2).padding(1), choice, {1, 17, 14, 23});
        check(Conv2d(8, 33, 4).stride(2).padding(1), choice, {2, 8, 13, 10});
    }
    check(Conv2d(8, 20, {1, 3}).padding({0, 1}), "winograd 4, block", {1, 8, 5, 14});
    check(Conv2d(8, 20, {3, 1}).padding({1, 0}), "winograd 2, stages", {1, 8, 9, 6});
    check(Conv2d(16, 20, 2), "winograd 3, stages", {1, 16, 9, 6});
}

BOOST_AUTO_TEST_SUITE_END()
