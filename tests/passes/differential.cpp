// Random programs mean the same before and after every pass. The seed of a failure is printed.
#include <boost/test/unit_test.hpp>

#include <set>

#include "compiler/passes/pipeline.h"
#include "runtime/error.h"
#include "tests/ir/random_graph.h"

using namespace lithe;

namespace {

/// Passes that change the order of floating-point sums and products; all others keep every bit.
const std::set<std::string_view> rounding_passes = {"fold_batch_norm"};

struct Sample {
    ir::Program program;
    std::vector<Array> inputs, expected;
};

Sample make_sample(uint64_t seed) {
    std::mt19937_64 random(seed);
    Sample sample{tests::random_program(random, 14), {}, {}};
    const ir::Graph& graph = *sample.program.graph("forward");
    sample.inputs = tests::random_inputs(graph, random, 1 + static_cast<int64_t>(random() % 4));
    sample.expected = ir::Interpreter(sample.program).run(graph, sample.inputs);
    return sample;
}

/// The same once more, to be rewritten: making one takes as long as running many.
Sample copy_of(const Sample& sample) {
    return {sample.program.copy(), sample.inputs, sample.expected};
}

void check_same(const Sample& sample, const std::string& before, double tolerance) {
    const ir::Graph& graph = *sample.program.graph("forward");
    const auto results = ir::Interpreter(sample.program).run(graph, sample.inputs);
    BOOST_REQUIRE(results.size() == sample.expected.size());
    for (size_t i = 0; i < results.size(); ++i) {
        BOOST_CHECK_MESSAGE(tests::agree(results[i], sample.expected[i], tolerance),
                            "output " << i << " differs:\n"
                                      << before << "\nbecame\n"
                                      << print(sample.program));
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(passes_differential, *boost::unit_test::label("long"))

BOOST_AUTO_TEST_CASE(every_pass_keeps_the_meaning) {
    for (uint64_t seed = 0; seed < 200; ++seed) {
        const Sample original = make_sample(seed);
        const std::string before = print(original.program);
        for (const passes::Pass& pass : passes::default_pipeline()) {
            BOOST_TEST_CONTEXT("seed " << seed << ", " << pass.name) {
                Sample sample = copy_of(original);
                passes::Notes notes;
                passes::run_pass(pass, sample.program, notes);
                check_same(sample, before, rounding_passes.contains(pass.name) ? 1e-9 : 0);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(the_pipeline_keeps_the_meaning_at_every_limit) {
    for (uint64_t seed = 1000; seed < 1200; ++seed) {
        BOOST_TEST_CONTEXT("seed " << seed) {
            Sample sample = make_sample(seed);
            const std::string before = print(sample.program);
            passes::PipelineOptions options;
            options.with_hooks = seed % 2 == 0;
            options.limit = static_cast<int>(seed % 9) - 1;
            passes::run_pipeline(sample.program, options);
            check_same(sample, before, 1e-9);
            if (!options.with_hooks) continue;
            const ir::Graph& hooks = *sample.program.graph("forward_hooks");
            const auto results = ir::Interpreter(sample.program).run(hooks, sample.inputs);
            for (size_t i = 0; i < results.size(); ++i) {
                BOOST_TEST(tests::agree(results[i], sample.expected[i], 1e-9));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_second_run_of_the_rules_changes_little) {
    // Rules that undo each other would go on for ever: two runs reach the end.
    for (uint64_t seed = 2000; seed < 2100; ++seed) {
        BOOST_TEST_CONTEXT("seed " << seed) {
            Sample sample = make_sample(seed);
            passes::Notes notes;
            for (int round = 0; round < 8; ++round) {
                bool changed = false;
                for (const char* name : {"canonicalize", "fold_constants", "simplify_algebra",
                                         "eliminate_common_subexpressions"}) {
                    changed |= passes::run_pass(passes::find_pass(name), sample.program, notes);
                }
                if (!changed) break;
                BOOST_TEST(round < 7);
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
