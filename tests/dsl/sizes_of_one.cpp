// Functions that divide by a size less one: compiled for sizes with names, run at 1.
#include <lithe/lithe.h>

#include <boost/test/data/test_case.hpp>

#include "compiler/compiled_model.h"
#include "tests/support/compile_options.h"
#include "tests/support/tensors.h"

namespace lithe::tests {
namespace {

struct GridImpl : nn::Module {
    bool align_corners;
    explicit GridImpl(bool align) : align_corners(align) {}
    Tensor forward(const Tensor& theta, const Tensor& x) {
        return affine_grid(theta, {x.size(0), x.size(1), x.size(2), x.size(3)}, align_corners);
    }
};
LITHE_MODULE(Grid);

struct ResizedImpl : nn::Module {
    ResizeMode mode;
    explicit ResizedImpl(ResizeMode of) : mode(of) {}
    Tensor forward(const Tensor& x, const Tensor& like) {
        return interpolate(
            x, {.size = {like.size(0), like.size(1)}, .mode = mode, .align_corners = true});
    }
};
LITHE_MODULE(Resized);

template <class Net>
void check_sizes(const Net& net, const char* inputs, const std::vector<Tensors>& runs) {
    CompiledModel compiled = compile(net, inputs, compile_without_hooks());
    for (const Tensors& run : runs) {
        check_equal(compiled(run)[0], net->forward(run[0], run[1]), 1e-5);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sizes_of_one)

BOOST_DATA_TEST_CASE(affine_grid, boost::unit_test::data::make({false, true}), align_corners) {
    const Tensor theta = tensor({{{0.5, 0.2, 1.0}, {-0.1, 2.0, -1.0}}});
    check_sizes(Grid(align_corners), "theta:f32[1,2,3];x:f32[1,2,H=1..4,W=1..4]",
                {{theta, zeros({1, 2, 1, 1})},
                 {theta, zeros({1, 2, 1, 3})},
                 {theta, zeros({1, 2, 4, 1})},
                 {theta, zeros({1, 2, 3, 2})}});
}

BOOST_AUTO_TEST_CASE(aligned_resizing) {
    const Tensor x = arange(12, DType::f32).reshape({1, 1, 3, 4});
    for (const ResizeMode mode : {ResizeMode::linear, ResizeMode::cubic}) {
        check_sizes(
            Resized(mode), "x:f32[1,1,3,4];like:f32[H=1..5,W=1..5]",
            {{x, zeros({1, 1})}, {x, zeros({1, 5})}, {x, zeros({2, 1})}, {x, zeros({3, 4})}});
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lithe::tests
