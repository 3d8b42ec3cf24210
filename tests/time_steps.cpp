#include "compiler/compiled_model.h"
#include "compiler/lower/work.h"
#include "tests/support/check_compiled.h"

using namespace lithe;
using namespace lithe::tests;

BOOST_AUTO_TEST_SUITE(time_steps)

BOOST_AUTO_TEST_CASE(every_step_has_a_time_and_the_results_are_those_of_a_run) {
    ir::Program program = ir::parse_program(
        "program p\n\ngraph forward\n%x = input : f32[7, 5]\n%w = input : f32[3, 5]\n"
        "%0 = linear(%x, %w) : f32[7, 3]\nreturn %0\n");
    program.modules.push_back({"", "Net", ""});
    CompiledModel model = compile_program(std::move(program), compile_alone());
    const Array x = sample_input(DType::f32, {7, 5}, 0), w = sample_input(DType::f32, {3, 5}, 1);
    const Array timed = Array::empty(DType::f32, {7, 3});
    const std::vector<ConstTensorView> in{{x.raw(), x.dtype(), x.sizes()},
                                          {w.raw(), w.dtype(), w.sizes()}};
    const std::vector<TensorView> out{{timed.raw(), timed.dtype(), timed.sizes()}};
    const std::vector<double> step_ns = model.session().time_steps(in, out);
    BOOST_REQUIRE_EQUAL(step_ns.size(), model.compiled().artifact.plans[0].steps.size());
    for (const double ns : step_ns) BOOST_TEST(ns > 0);
    check_equal(Tensor::from(timed), model(Tensors{Tensor::from(x), Tensor::from(w)})[0], 0);

    double flops = 0;
    for (const auto& node : model.compiled().program.graph("forward")->nodes()) {
        if (node->is("group")) flops += lower::work_of(*node, {}).flops;
    }
    BOOST_TEST(flops == 2.0 * 7 * 3 * 5);
}

BOOST_AUTO_TEST_SUITE_END()
