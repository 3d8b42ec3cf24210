// Axes whose sizes have names: an operand that is repeated along an outer one, sizes in another
// order once axes are joined.
#include "compiler/compiled_model.h"
#include "dsl/holder.h"
#include "dsl/ops.h"
#include "tests/support/check_compiled.h"
#include "tests/support/tensors.h"

namespace lithe::tests {
namespace {

struct AddMeanImpl : nn::Module {
    Tensor forward(const Tensor& x) { return x + x.sum(0, true); }
};
LITHE_MODULE(AddMean);

}  // namespace

BOOST_AUTO_TEST_SUITE(lower_symbolic_broadcast)

BOOST_AUTO_TEST_CASE(reads_each_row_at_its_place) {
    AddMean net;
    for (const char* inputs : {"x:f32[3,T=1..24,16]", "x:f32[N=1..8,T=1..24,16]"}) {
        CompiledModel compiled = compile(net, inputs, compile_options());
        for (const int64_t rows : {1, 13, 24}) {
            const Tensor x = numbers({3, rows, 16}, DType::f32);
            check_equal(compiled(x), net(x), 1e-6);
        }
    }
}

/// The joined axes name H before N; what the plan hands to the kernel is in the order of the group.
BOOST_AUTO_TEST_CASE(joined_axes_keep_the_order_of_sizes) {
    const std::string shape =
        "f32[N, H*floordiv(W + 1, 2) + 2*floordiv(H + 3, 4)*floordiv(W + 3, 4), 3]";
    CheckedProgram program(
        "program p\nsymbol N = 1..4\nsymbol H = 12..40\nsymbol W = 12..40\n\ngraph forward\n"
        "%s = input : f32[H, W]\n%x = input : " +
        shape + "\n%0 = sigmoid(%x) : " + shape + "\n%1 = relu(%s) : f32[H, W]\nreturn %0, %1\n");
    program.check({{"N", 1}, {"H", 16}, {"W", 24}}, 1e-6);
    program.check({{"N", 4}, {"H", 37}, {"W", 13}}, 1e-6);
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace lithe::tests
