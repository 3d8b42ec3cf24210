// An operand that is repeated along an outer axis, where the inner sizes have names.
#include "compiler/compiled_model.h"
#include "dsl/holder.h"
#include "dsl/ops.h"
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
        CompiledModel compiled = compile(net, inputs);
        for (const int64_t rows : {1, 13, 24}) {
            const Tensor x = numbers({3, rows, 16}, DType::f32);
            check_equal(compiled(x), net(x), 1e-6);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace lithe::tests
