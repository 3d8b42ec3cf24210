// Random numbers: compiled models draw what eager ones draw, new ones in every run.
#include "dsl/random.h"
#include "compiler/compiled_model.h"
#include "runtime/executor.h"
#include "tests/support/compile_options.h"
#include "tests/support/tensors.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

/// Two draws each run, of both kinds.
struct NoisyImpl : nn::Module {
    Tensor forward(const Tensor& x) {
        const Tensor share = rand(x.sizes());
        return cat({dropout(x, 0.5), share, randn(x.sizes(), DType::f32)}, 0);
    }
};
LITHE_MODULE(Noisy);

struct DropImpl : nn::Module {
    Tensor forward(const Tensor& x) { return dropout(x, 0.25, is_training()); }
};
LITHE_MODULE(Drop);

}  // namespace

BOOST_AUTO_TEST_SUITE(dsl_random)

BOOST_AUTO_TEST_CASE(compiled_draws_equal_eager_ones_run_by_run) {
    Noisy net;
    CompiledModel compiled = compile(net, "x:f32[N=1..64,40]", compile_options());
    compiled.session().set_seed(17);
    manual_seed(17);
    Tensor before;
    for (const int64_t rows : {3, 3, 50, 1}) {
        const Tensor x = numbers({rows, 40}, DType::f32);
        const Tensor want = net(x), got = compiled(x);
        check_equal(got.slice(0, 0, 2 * rows), want.slice(0, 0, 2 * rows));
        check_equal(got, want, 2e-6);  // log and cos differ in their last places
        if (before.defined() && same(before.sizes(), got.sizes())) BOOST_TEST(!equal(before, got));
        before = got;
    }
}

BOOST_AUTO_TEST_CASE(the_seed_starts_the_session_anew) {
    Noisy net;
    CompiledModel compiled = compile(net, "x:f32[4,40]", compile_options());
    const Tensor x = numbers({4, 40}, DType::f32);
    compiled.session().set_seed(5);
    const Tensor first = compiled(x), second = compiled(x);
    compiled.session().set_seed(5);
    check_equal(compiled(x), first);
    check_equal(compiled(x), second);
    compiled.session().set_seed(6);
    BOOST_TEST(!equal(compiled(x), first));
}

BOOST_AUTO_TEST_CASE(threads_draw_the_same) {
    Noisy net;
    CompiledModel compiled = compile(net, "x:f32[600,300]", compile_options());
    const Tensor x = numbers({600, 300}, DType::f32);
    compiled.session().set_seed(5);
    const Tensor alone = compiled(x);
    ThreadPool pool(3);
    compiled.session().set_executor(&pool);
    compiled.session().set_seed(5);
    check_equal(compiled(x), alone);
    compiled.session().set_executor(nullptr);
}

BOOST_AUTO_TEST_CASE(dropout_in_training_draws_new_masks) {
    Drop net;
    CompileOptions options = compile_options();
    options.with_train = true;
    CompiledModel compiled = compile(net, "x:f32[2,500]", options);
    const Tensor x = ones({2, 500});
    check_equal(compiled(x), x);
    compiled.model().train();
    const Tensor a = compiled(x), b = compiled(x);
    BOOST_TEST(!equal(a, b));
    for (const Tensor& y : {a, b}) {
        const double kept = static_cast<double>((y > 0).sum().item<int64_t>());
        BOOST_TEST(std::abs(kept / 1000 - 0.75) < 0.06);
        check_equal(y.max(), tensor(float(1 / 0.75)), 1e-6);
    }
}

BOOST_AUTO_TEST_CASE(tracing_leaves_the_eager_generator_alone) {
    manual_seed(3);
    const Tensor want = rand({4});
    manual_seed(3);
    Noisy net;
    compile(net, "x:f32[4,40]", compile_options());
    check_equal(rand({4}), want);
}

BOOST_AUTO_TEST_SUITE_END()
