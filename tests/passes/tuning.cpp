#include "compiler/passes/tuning.h"

#include <lithe/lithe.h>

#include "compiler/tune.h"
#include "tests/runtime/toy_model.h"
#include "tests/support/check_compiled.h"

using namespace lithe;
using namespace lithe::tests;
using passes::TuningFile;

namespace {

struct ConvImpl : nn::Module {
    nn::Conv2d conv{nn::Conv2dOptions(16, 48, 3).padding(1)};
    nn::Linear head{48, 10};
    ConvImpl() {
        register_module("conv", conv);
        register_module("head", head);
    }
    Tensor forward(const Tensor& x) { return head(mean(relu(conv(x)), {2, 3})); }
};
LITHE_MODULE(Conv);

/// Its cell and the product behind it are kernels of a loop.
struct LoopImpl : nn::Module {
    nn::Linear cell{24, 16}, head{16, 5};
    LoopImpl() {
        register_module("cell", cell);
        register_module("head", head);
    }
    Tensor forward(const Tensor& x) {
        return scan(
                   [&](const Tensors& carry, const Tensors& step) -> ScanResult {
                       const Tensor h = tanh(cell(cat({step[0], carry[0]}, 1)));
                       return {{h}, {head(h)}};
                   },
                   {zeros({2, 16})}, {x})
            .stacked[0];
    }
};
LITHE_MODULE(Loop);

constexpr const char* inputs = "x:f32[2,16,9,14]";

CompileOptions with(std::shared_ptr<TuningFile> file) {
    CompileOptions options = compile_alone();
    options.target = "x86-64-v3";
    options.tuning = std::move(file);
    return options;
}

std::string text_of(const CompiledModel& model) { return ir::print(model.compiled().program); }

}  // namespace

BOOST_AUTO_TEST_SUITE(passes_tuning, *boost::unit_test::label("long"))

BOOST_AUTO_TEST_CASE(text_reads_back) {
    const std::string text =
        "# comment\n\nx86-64-v4 | linear f32[1, 2] f32[3, 2] {} | tile 1x2 | 1.0 us | 2.0 us\r\n"
        "  x86-64-v3 | conv {a = 1} | winograd 4, block 1x2x7, 2 vectors";
    const TuningFile file = TuningFile::parse(text, "t");
    BOOST_REQUIRE_EQUAL(file.entries().size(), 2U);
    BOOST_TEST(file.entries().at("x86-64-v3 | conv {a = 1}").choice ==
               "winograd 4, block 1x2x7, 2 vectors");
    BOOST_TEST(TuningFile::parse(file.str(), "t").str() == file.str());
    BOOST_TEST(file.str().find("| tile 1x2 | 1.0 us | 2.0 us\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_no_entry_is_an_error) {
    for (const char* line : {"tile 1x2", "a | b", "a |  | c", "a | b | "}) {
        const std::string want = "tuning: t, line 2: 'cpu | node | choice' was expected, got '";
        const std::string message =
            message_of([&] { TuningFile::parse(std::string("# c\n") + line, "t"); });
        BOOST_TEST(message.starts_with(want), message);
        BOOST_TEST(message.ends_with("' [tuning.syntax]"), message);
    }
}

BOOST_AUTO_TEST_CASE(stale_entries_are_passed_over_with_a_note) {
    TuningFile file = TuningFile::parse("c | n | tile 9x9\nc | m | tile 2x2", "t");
    BOOST_TEST(file.choose("c | other", {"a", "b"}) == 0U);
    BOOST_TEST(file.choose("c | m", {"tile 1x1", "tile 2x2"}) == 1U);
    BOOST_TEST(file.notes().empty());
    for (int i = 0; i < 2; ++i) BOOST_TEST(file.choose("c | n", {"tile 1x1", "tile 2x2"}) == 0U);
    BOOST_REQUIRE_EQUAL(file.notes().size(), 1U);
    BOOST_TEST(file.notes()[0] ==
               "tuning: 'tile 9x9' is no choice for 'c | n'; the model's is taken: tile 1x1");
}

BOOST_AUTO_TEST_CASE(a_file_overrules_the_estimate) {
    const Conv net;
    const auto file = std::make_shared<TuningFile>();
    const std::string linear = "x86-64-v3 | linear f32[2, 48] f32[10, 48] f32[10] {}";
    file->set(linear, {"tile 1x3", ""});
    const CompiledModel tuned = compile(net, inputs, with(file)),
                        plain = compile(net, inputs, with(nullptr));
    BOOST_TEST(file->notes().empty());
    BOOST_TEST(text_of(tuned).find("tile_rows = 1}") != std::string::npos);
    BOOST_TEST(text_of(tuned).find("f32[1, 48, 24]") != std::string::npos);  // panels of 3 vectors
    BOOST_TEST(text_of(plain) != text_of(tuned));
    BOOST_TEST(text_of(tuned).find("problem") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(tuning_measures_every_choice, *boost::unit_test::label("slow")) {
    manual_seed(1);
    Conv net;
    net->eval();
    const Subject subject = subject_of(net);
    const ir::Program program =
        trace(*subject.module, subject.forward, parse_input_specs(inputs), "model", false);
    const Tensors x = {numbers({2, 16, 9, 14}, DType::f32)};
    TuningFile file = TuningFile::parse("z80 | kept | as it is", "t");
    TuneOptions options{.compile = compile_alone(), .repetitions = 3, .candidates = 3};
    int rounds = 0;
    options.progress = [&](const std::string&) { ++rounds; };
    const TuneResult result = tune(program, x, options, file);
    BOOST_TEST(rounds == 3);
    BOOST_TEST(result.problems == 2);  // the convolution and the product
    BOOST_TEST(result.changed <= 2);
    BOOST_TEST((result.model_us > 0 && result.tuned_us > 0));
    BOOST_TEST(file.entries().size() == 3U);
    // The findings are possible choices, and change no result beyond rounding.
    options.compile.tuning = std::make_shared<TuningFile>(file);
    CompiledModel tuned = compile_program(program.copy(), options.compile);
    BOOST_TEST(static_cast<TuningFile&>(*options.compile.tuning).notes().empty());
    check_equal(tuned(x[0]), net(x[0]), 1e-5);
    options.compile.target = "x86-64-v3+x86-64-v4";
    check_error("tune.target", [&] { tune(program, x, options, file); });
}

BOOST_AUTO_TEST_CASE(tuning_reaches_into_loops) {
    manual_seed(2);
    Loop net;
    const Subject subject = subject_of(net);
    const ir::Program program =
        trace(*subject.module, subject.forward, parse_input_specs("x:f32[6,2,8]"), "model", false);
    const Tensors x = {numbers({6, 2, 8}, DType::f32)};
    TuningFile file;
    TuneOptions options{.compile = compile_alone(), .repetitions = 3, .candidates = 3};
    const TuneResult result = tune(program, x, options, file);
    BOOST_TEST(result.problems == 2);
    options.compile.tuning = std::make_shared<TuningFile>(file);
    check_equal(compile_program(program.copy(), options.compile)(x[0]), net(x[0]), 1e-5);
}

BOOST_AUTO_TEST_SUITE_END()
