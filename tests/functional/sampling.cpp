// Functionals beside what PyTorch 2.15.0 computed: of each, the sum of the results weighted by
// fixed numbers, and of its gradient likewise. Recorded in f64.
#include "dsl/functional.h"

#include "tests/support/recorded_sums.h"

namespace lithe::tests {
namespace {

namespace F = nn::functional;

Tensor N(const Sizes& sizes, int stream = 0) { return numbers(sizes, DType::f64, 1.5, stream); }

}  // namespace

BOOST_AUTO_TEST_SUITE(functional_sampling)

BOOST_AUTO_TEST_CASE(sampling) {
    check(
        "grid_sample bilinear zeros false", {2, 3, 4, 5},
        [](const Tensor& x) {
            return F::grid_sample(
                x, N({2, 3, 4, 2}, 4),
                F::GridSampleFuncOptions().mode(kBilinear).padding_mode(kZeros).align_corners(
                    false));
        },
        {2, 3, 3, 4}, 0.07489444704412603, 0.1459486939766949);
    check(
        "grid_sample bilinear zeros false, to the grid", {2, 3, 4, 2},
        [](const Tensor& x) {
            return F::grid_sample(
                N({2, 3, 4, 5}, 4), x,
                F::GridSampleFuncOptions().mode(kBilinear).padding_mode(kZeros).align_corners(
                    false));
        },
        {2, 3, 3, 4}, 0.2855902485567252, 1.0666377830916378);
    check(
        "grid_sample bilinear zeros true", {2, 3, 4, 5},
        [](const Tensor& x) {
            return F::grid_sample(
                x, N({2, 3, 4, 2}, 4),
                F::GridSampleFuncOptions().mode(kBilinear).padding_mode(kZeros).align_corners(
                    true));
        },
        {2, 3, 3, 4}, -1.3849132902032784, 1.9274910790221034);
    check(
        "grid_sample bilinear border false", {2, 3, 4, 5},
        [](const Tensor& x) {
            return F::grid_sample(
                x, N({2, 3, 4, 2}, 4),
                F::GridSampleFuncOptions().mode(kBilinear).padding_mode(kBorder).align_corners(
                    false));
        },
        {2, 3, 3, 4}, 0.8411111747514398, 2.180648474023312);
    check(
        "grid_sample bilinear border false, to the grid", {2, 3, 4, 2},
        [](const Tensor& x) {
            return F::grid_sample(
                N({2, 3, 4, 5}, 4), x,
                F::GridSampleFuncOptions().mode(kBilinear).padding_mode(kBorder).align_corners(
                    false));
        },
        {2, 3, 3, 4}, 4.9362213606563, 0.8794421060102913);
    check(
        "grid_sample bilinear border true", {2, 3, 4, 5},
        [](const Tensor& x) {
            return F::grid_sample(
                x, N({2, 3, 4, 2}, 4),
                F::GridSampleFuncOptions().mode(kBilinear).padding_mode(kBorder).align_corners(
                    true));
        },
        {2, 3, 3, 4}, -0.8735244692223831, 3.3894186335932743);
    check(
        "grid_sample bilinear border true, to the grid", {2, 3, 4, 2},
        [](const Tensor& x) {
            return F::grid_sample(
                N({2, 3, 4, 5}, 4), x,
                F::GridSampleFuncOptions().mode(kBilinear).padding_mode(kBorder).align_corners(
                    true));
        },
        {2, 3, 3, 4}, 4.427086426061685, 0.36713995321069337);
    check(
        "grid_sample bilinear reflection false", {2, 3, 4, 5},
        [](const Tensor& x) {
            return F::grid_sample(x, N({2, 3, 4, 2}, 4),
                                  F::GridSampleFuncOptions()
                                      .mode(kBilinear)
                                      .padding_mode(kReflection)
                                      .align_corners(false));
        },
        {2, 3, 3, 4}, 1.0383362277963433, 0.06658283253806796);
    check(
        "grid_sample bilinear reflection false, to the grid", {2, 3, 4, 2},
        [](const Tensor& x) {
            return F::grid_sample(N({2, 3, 4, 5}, 4), x,
                                  F::GridSampleFuncOptions()
                                      .mode(kBilinear)
                                      .padding_mode(kReflection)
                                      .align_corners(false));
        },
        {2, 3, 3, 4}, 2.188463442718458, 10.951296521835971);
    check(
        "grid_sample bilinear reflection true", {2, 3, 4, 5},
        [](const Tensor& x) {
            return F::grid_sample(x, N({2, 3, 4, 2}, 4),
                                  F::GridSampleFuncOptions()
                                      .mode(kBilinear)
                                      .padding_mode(kReflection)
                                      .align_corners(true));
        },
        {2, 3, 3, 4}, 0.8860161787442804, -0.7617472856207043);
    check(
        "grid_sample bilinear reflection true, to the grid", {2, 3, 4, 2},
        [](const Tensor& x) {
            return F::grid_sample(N({2, 3, 4, 5}, 4), x,
                                  F::GridSampleFuncOptions()
                                      .mode(kBilinear)
                                      .padding_mode(kReflection)
                                      .align_corners(true));
        },
        {2, 3, 3, 4}, -3.7230521681111752, 5.390408276510545);
    check(
        "grid_sample nearest zeros false", {2, 3, 4, 5},
        [](const Tensor& x) {
            return F::grid_sample(
                x, N({2, 3, 4, 2}, 4),
                F::GridSampleFuncOptions().mode(kNearest).padding_mode(kZeros).align_corners(
                    false));
        },
        {2, 3, 3, 4}, 0.0, 0.0);
    check(
        "grid_sample nearest zeros true", {2, 3, 4, 5},
        [](const Tensor& x) {
            return F::grid_sample(
                x, N({2, 3, 4, 2}, 4),
                F::GridSampleFuncOptions().mode(kNearest).padding_mode(kZeros).align_corners(true));
        },
        {2, 3, 3, 4}, -4.030290512485871, 3.252027943998523);
    check(
        "grid_sample nearest border false", {2, 3, 4, 5},
        [](const Tensor& x) {
            return F::grid_sample(
                x, N({2, 3, 4, 2}, 4),
                F::GridSampleFuncOptions().mode(kNearest).padding_mode(kBorder).align_corners(
                    false));
        },
        {2, 3, 3, 4}, 4.09179237168731, -0.604525374143881);
    check(
        "grid_sample nearest border true", {2, 3, 4, 5},
        [](const Tensor& x) {
            return F::grid_sample(
                x, N({2, 3, 4, 2}, 4),
                F::GridSampleFuncOptions().mode(kNearest).padding_mode(kBorder).align_corners(
                    true));
        },
        {2, 3, 3, 4}, 1.8934706065388578, 2.1753232354900938);
    check(
        "grid_sample nearest reflection false", {2, 3, 4, 5},
        [](const Tensor& x) {
            return F::grid_sample(x, N({2, 3, 4, 2}, 4),
                                  F::GridSampleFuncOptions()
                                      .mode(kNearest)
                                      .padding_mode(kReflection)
                                      .align_corners(false));
        },
        {2, 3, 3, 4}, -2.7428237515311005, 2.5701759045956205);
    check(
        "grid_sample nearest reflection true", {2, 3, 4, 5},
        [](const Tensor& x) {
            return F::grid_sample(x, N({2, 3, 4, 2}, 4),
                                  F::GridSampleFuncOptions()
                                      .mode(kNearest)
                                      .padding_mode(kReflection)
                                      .align_corners(true));
        },
        {2, 3, 3, 4}, -2.1621214557693893, 0.7427461890464404);
    check(
        "grid_sample bicubic zeros false", {2, 3, 4, 5},
        [](const Tensor& x) {
            return F::grid_sample(
                x, N({2, 3, 4, 2}, 4),
                F::GridSampleFuncOptions().mode(kBicubic).padding_mode(kZeros).align_corners(
                    false));
        },
        {2, 3, 3, 4}, 0.2731711143193533, 0.04414398989097135);
    check(
        "grid_sample bicubic zeros false, to the grid", {2, 3, 4, 2},
        [](const Tensor& x) {
            return F::grid_sample(
                N({2, 3, 4, 5}, 4), x,
                F::GridSampleFuncOptions().mode(kBicubic).padding_mode(kZeros).align_corners(
                    false));
        },
        {2, 3, 3, 4}, -0.042299959550817334, 5.662100437427171);
    check(
        "grid_sample bicubic zeros true", {2, 3, 4, 5},
        [](const Tensor& x) {
            return F::grid_sample(
                x, N({2, 3, 4, 2}, 4),
                F::GridSampleFuncOptions().mode(kBicubic).padding_mode(kZeros).align_corners(true));
        },
        {2, 3, 3, 4}, -1.9555294930354665, 2.7215052996752434);
    check(
        "grid_sample bicubic border false", {2, 3, 4, 5},
        [](const Tensor& x) {
            return F::grid_sample(
                x, N({2, 3, 4, 2}, 4),
                F::GridSampleFuncOptions().mode(kBicubic).padding_mode(kBorder).align_corners(
                    false));
        },
        {2, 3, 3, 4}, 1.2711884297885399, 2.447703875458737);
    check(
        "grid_sample bicubic border false, to the grid", {2, 3, 4, 2},
        [](const Tensor& x) {
            return F::grid_sample(
                N({2, 3, 4, 5}, 4), x,
                F::GridSampleFuncOptions().mode(kBicubic).padding_mode(kBorder).align_corners(
                    false));
        },
        {2, 3, 3, 4}, 6.309989421561751, -2.9955598067055536);
    check(
        "grid_sample bicubic border true", {2, 3, 4, 5},
        [](const Tensor& x) {
            return F::grid_sample(
                x, N({2, 3, 4, 2}, 4),
                F::GridSampleFuncOptions().mode(kBicubic).padding_mode(kBorder).align_corners(
                    true));
        },
        {2, 3, 3, 4}, -1.013305508415141, 4.282030038459756);
    check(
        "grid_sample bicubic border true, to the grid", {2, 3, 4, 2},
        [](const Tensor& x) {
            return F::grid_sample(
                N({2, 3, 4, 5}, 4), x,
                F::GridSampleFuncOptions().mode(kBicubic).padding_mode(kBorder).align_corners(
                    true));
        },
        {2, 3, 3, 4}, 6.957555283272004, 1.0202626841118114);
    check(
        "grid_sample bicubic reflection false", {2, 3, 4, 5},
        [](const Tensor& x) {
            return F::grid_sample(x, N({2, 3, 4, 2}, 4),
                                  F::GridSampleFuncOptions()
                                      .mode(kBicubic)
                                      .padding_mode(kReflection)
                                      .align_corners(false));
        },
        {2, 3, 3, 4}, 2.28358484062696, -0.0316708962190686);
    check(
        "grid_sample bicubic reflection false, to the grid", {2, 3, 4, 2},
        [](const Tensor& x) {
            return F::grid_sample(N({2, 3, 4, 5}, 4), x,
                                  F::GridSampleFuncOptions()
                                      .mode(kBicubic)
                                      .padding_mode(kReflection)
                                      .align_corners(false));
        },
        {2, 3, 3, 4}, 2.827708365663841, 10.678202991964792);
    check(
        "grid_sample bicubic reflection true", {2, 3, 4, 5},
        [](const Tensor& x) {
            return F::grid_sample(x, N({2, 3, 4, 2}, 4),
                                  F::GridSampleFuncOptions()
                                      .mode(kBicubic)
                                      .padding_mode(kReflection)
                                      .align_corners(true));
        },
        {2, 3, 3, 4}, 1.5834051941132914, -1.554975281611817);
    check(
        "grid_sample bicubic reflection true, to the grid", {2, 3, 4, 2},
        [](const Tensor& x) {
            return F::grid_sample(N({2, 3, 4, 5}, 4), x,
                                  F::GridSampleFuncOptions()
                                      .mode(kBicubic)
                                      .padding_mode(kReflection)
                                      .align_corners(true));
        },
        {2, 3, 3, 4}, -3.432349391305009, 4.18139577185036);
    check(
        "grid_sample 3d", {1, 2, 3, 4, 5},
        [](const Tensor& x) {
            return F::grid_sample(
                x, N({1, 2, 3, 2, 3}, 4),
                F::GridSampleFuncOptions().padding_mode(kReflection).align_corners(false));
        },
        {1, 2, 2, 3, 2}, 2.9351556693722087, -0.6031641123233721);
    check(
        "affine_grid", {2, 2, 3}, [](const Tensor& x) { return F::affine_grid(x, {2, 3, 4, 5}); },
        {2, 4, 5, 2}, -0.1146111396082814, 0.2592544163823656);
    check(
        "affine_grid aligned 3d", {2, 3, 4},
        [](const Tensor& x) { return F::affine_grid(x, {2, 3, 4, 5, 1}, true); }, {2, 4, 5, 1, 3},
        10.45838157543995, 2.5575821686697893);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lithe::tests
