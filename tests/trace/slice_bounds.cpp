// Slices of axes whose size has a name: inputs for which they would not fit are refused.
#include "compiler/compiled_model.h"
#include "dsl/indexing.h"
#include "dsl/nn.h"
#include "dsl/warning.h"
#include "tests/support/compile_options.h"
#include "tests/support/tensors.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

struct FirstFiveImpl : nn::Module {
    Tensor forward(const Tensor& x) { return x.slice(0, 0, 5) * 2; }
};
LITHE_MODULE(FirstFive);

struct ButTheLastImpl : nn::Module {
    Tensor forward(const Tensor& x) {
        const int64_t rows = x.size(0);
        return x.slice(0, 0, rows - 1) + x.index({indexing::Slice(1, indexing::None)});
    }
};
LITHE_MODULE(ButTheLast);

struct TableImpl : nn::Module {
    Tensor table = numbers({8, 2}, DType::f32);
    Tensor forward(const Tensor& x) { return x + table.slice(0, 0, x.size(0)); }
};
LITHE_MODULE(Table);

/// The warnings while it lives.
struct Warnings {
    std::vector<std::string> texts;
    WarningHandler before =
        set_warning_handler([this](const std::string& text) { texts.push_back(text); });
    ~Warnings() { set_warning_handler(before); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(trace_slice_bounds)

BOOST_AUTO_TEST_CASE(a_size_that_is_too_small_is_refused) {
    Warnings warnings;
    FirstFive net;
    CompiledModel compiled = compile(net, "x:f32[N=1..9,2]", compile_options());
    BOOST_REQUIRE_EQUAL(warnings.texts.size(), 1u);
    BOOST_TEST(warnings.texts[0].find("needs N within 5..9; the range was 1..9") !=
               std::string::npos);
    const Tensor x = numbers({7, 2}, DType::f32);
    check_equal(compiled(Tensors{x}).at(0), net(x));
    BOOST_CHECK_THROW(compiled(Tensors{numbers({3, 2}, DType::f32)}), Error);
}

BOOST_AUTO_TEST_CASE(a_table_bounds_the_size) {
    Warnings warnings;
    Table net;
    CompiledModel compiled = compile(net, "x:f32[N=1..64,2]", compile_options());
    const Tensor x = numbers({8, 2}, DType::f32);
    check_equal(compiled(Tensors{x}).at(0), net(x));
    BOOST_CHECK_THROW(compiled(Tensors{numbers({9, 2}, DType::f32)}), Error);
}

BOOST_AUTO_TEST_CASE(slices_that_always_fit_narrow_nothing) {
    Warnings warnings;
    ButTheLast net;
    CompiledModel compiled = compile(net, "x:f32[N=2..9,2]", compile_options());
    BOOST_TEST(warnings.texts.empty());
    for (const int64_t rows : {2, 9}) {
        const Tensor x = numbers({rows, 2}, DType::f32);
        check_equal(compiled(Tensors{x}).at(0), net(x));
    }
}

BOOST_AUTO_TEST_CASE(no_size_that_fits_is_an_error) {
    FirstFive net;
    check_error("slice.symbolic_range", [&] { compile(net, "x:f32[N=1..4,2]"); });
}

BOOST_AUTO_TEST_SUITE_END()
