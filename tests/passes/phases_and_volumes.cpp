// Dilated convolutions by the phases of their image, and volumes as images of several slices.
#include <fmt/format.h>
#include <lithe/lithe.h>

#include "tests/support/check_compiled.h"
#include "tests/support/sample.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

/// Sums of `terms` products of at most 1.5 / sqrt(terms); Winograd's transforms enlarge data and
/// filters by at most 13.5 and results by at most 16 before they cancel.
double tolerance_of(int64_t terms) {
    return 1.5 * std::sqrt(static_cast<double>(terms)) * 6e-8 * 64;
}

/// Compiled against eager, and whether Winograd's way is taken.
void check(const Forward& forward, const std::shared_ptr<nn::Module>& module,
           const std::string& images, const Sizes& rest, int64_t terms, bool is_winograd) {
    std::string type = "x:f32[" + images;
    for (const int64_t size : rest) type += "," + std::to_string(size);
    BOOST_TEST_CONTEXT(type) {
        CompiledModel compiled = compile_subject({module, forward}, type + "]", compile_alone());
        const std::string text = ir::print(compiled.compiled().program);
        BOOST_TEST((text.find("winograd") != std::string::npos) == is_winograd);
        for (const int64_t n : {1, 3}) {
            Sizes sizes = rest;
            sizes.insert(sizes.begin(), n);
            const Tensors in{numbers(sizes, DType::f32, 1.5, 3)}, got = compiled(in);
            check_equal(got[0], forward(in)[0], tolerance_of(terms));
        }
    }
}

void check_plane(Sample& sample, const nn::Conv2dOptions& options, const Sizes& rest,
                 bool is_winograd) {
    if (!sample.takes()) return;
    nn::Conv2d conv(options);
    const Forward forward = [conv](const Tensors& in) mutable {
        return Tensors{relu(conv->forward(in[0]))};
    };
    check(forward, conv.ptr(), "N=1..3", rest, rest[0] * 9, is_winograd);
}

void check_volume(Sample& sample, const nn::Conv3dOptions& options, const Sizes& rest,
                  bool is_winograd) {
    if (!sample.takes()) return;
    nn::Conv3d conv(options);
    const Forward forward = [conv](const Tensors& in) mutable {
        return Tensors{relu(conv->forward(in[0]))};
    };
    check(forward, conv.ptr(), "N=1..3", rest, rest[0] * 27, is_winograd);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(passes_phases_and_volumes)

BOOST_AUTO_TEST_CASE(dilated, *boost::unit_test::label("sampled")) {
    Sample sample(3);
    using Options = nn::Conv2dOptions;
    check_plane(sample, Options(64, 64, 3).padding(2).dilation(2), {64, 32, 32}, true);
    // Phases of unequal length, padding that no phase divides, another dilation for each axis.
    check_plane(sample, Options(48, 40, 3).padding({3, 1}).dilation({2, 3}), {48, 31, 40}, true);
    check_plane(sample, Options(64, 64, 3).padding({2, 1}).dilation({2, 1}), {64, 29, 33}, true);
    check_plane(sample, Options(64, 64, 3).dilation(2), {64, 37, 35}, true);
    // Strides, and images of which the phases are too small.
    check_plane(sample, Options(64, 64, 3).padding(2).dilation(2).stride(2), {64, 32, 32}, false);
    check_plane(sample, Options(64, 64, 3).padding(12).dilation(12), {64, 14, 14}, false);
}

BOOST_AUTO_TEST_CASE(dilated_lines) {
    for (const auto& [length, dilation, pad] : {std::tuple{400, 2, 2}, {403, 4, 3}, {96, 8, 8}}) {
        nn::Conv1d conv(nn::Conv1dOptions(64, 64, 3).dilation(dilation).padding(pad));
        const Forward forward = [conv](const Tensors& in) mutable {
            return Tensors{relu(conv->forward(in[0]))};
        };
        BOOST_TEST_CONTEXT("dilation " << dilation) {
            CompiledModel compiled = compile_subject(
                {conv.ptr(), forward}, fmt::format("x:f32[N=1..3,64,{}]", length), compile_alone());
            for (const int64_t n : {1, 3}) {
                const Tensors in{numbers({n, 64, length}, DType::f32, 1.5, 3)};
                check_equal(compiled(in)[0], forward(in)[0], tolerance_of(64 * 3));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(volumes, *boost::unit_test::label("sampled")) {
    Sample sample(3);
    using Options = nn::Conv3dOptions;
    check_volume(sample, Options(16, 16, 3).padding(1), {16, 9, 17, 20}, true);
    check_volume(sample, Options(12, 20, 3).padding({0, 1, 2}), {12, 7, 16, 19}, true);
    // Strides and a dilation in depth alone stay slices.
    check_volume(sample,
                 Options(16, 16, 3).padding({2, 1, 1}).stride({2, 1, 1}).dilation({2, 1, 1}),
                 {16, 11, 18, 16}, true);
    check_volume(sample, Options(16, 16, {1, 3, 3}).padding({0, 1, 1}), {16, 5, 18, 16}, true);
    check_volume(sample, Options(16, 16, 3).padding(2).dilation(2), {16, 9, 17, 20}, false);
    check_volume(sample, Options(1, 8, 3).padding(1), {1, 9, 17, 20}, false);
}

/// Nothing rounds more where results have to be exact.
BOOST_AUTO_TEST_CASE(exact) {
    CompileOptions options = compile_alone();
    options.exact = true;
    nn::Conv2d plane(nn::Conv2dOptions(64, 64, 3).padding(2).dilation(2));
    nn::Conv3d volume(nn::Conv3dOptions(16, 16, 3).padding(1));
    const Forward forward = [plane, volume](const Tensors& in) mutable {
        return Tensors{plane->forward(in[0]), volume->forward(in[1])};
    };
    nn::ModuleList modules(plane, volume);
    CompiledModel compiled =
        compile_subject({modules.ptr(), forward}, "x:f32[1,64,32,32];v:f32[1,16,9,17,20]", options);
    const std::string text = ir::print(compiled.compiled().program);
    BOOST_TEST(text.find("winograd") == std::string::npos);
    BOOST_TEST(text.find("cat(") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
