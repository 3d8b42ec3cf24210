// Random programs mean the same before and after every pass. The seed of a failure is printed.
#include <boost/test/unit_test.hpp>

#include <set>

#include "compiler/passes/pipeline.h"
#include "runtime/error.h"
#include "tests/ir/random_graph.h"
#include "tests/support/sample.h"

using namespace lithe;

namespace {

/// Passes that change the order of floating-point sums and products; all others keep every bit.
const std::set<std::string_view> rounding_passes = {"fold_batch_norm"};

struct Trial {
    ir::Program program;
    std::vector<Array> inputs, expected;
};

Trial make_trial(uint64_t seed) {
    std::mt19937_64 random(seed);
    Trial trial{tests::random_program(random, 14), {}, {}};
    const ir::Graph& graph = *trial.program.graph("forward");
    trial.inputs = tests::random_inputs(graph, random, 1 + static_cast<int64_t>(random() % 4));
    trial.expected = ir::Interpreter(trial.program).run(graph, trial.inputs);
    return trial;
}

/// The same once more, to be rewritten: making one takes as long as running many.
Trial copy_of(const Trial& trial) { return {trial.program.copy(), trial.inputs, trial.expected}; }

void check_same(const Trial& trial, const std::string& before, double tolerance) {
    const ir::Graph& graph = *trial.program.graph("forward");
    const auto results = ir::Interpreter(trial.program).run(graph, trial.inputs);
    BOOST_REQUIRE(results.size() == trial.expected.size());
    for (size_t i = 0; i < results.size(); ++i) {
        BOOST_CHECK_MESSAGE(tests::agree(results[i], trial.expected[i], tolerance),
                            "output " << i << " differs:\n"
                                      << before << "\nbecame\n"
                                      << print(trial.program));
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(passes_differential, *boost::unit_test::label("long"))

BOOST_AUTO_TEST_CASE(every_pass_keeps_the_meaning, *boost::unit_test::label("sampled")) {
    tests::Sample part(3);
    for (uint64_t seed = 0; seed < 200; ++seed) {
        if (!part.takes()) continue;
        const Trial original = make_trial(seed);
        const std::string before = print(original.program);
        for (const passes::Pass& pass : passes::default_pipeline()) {
            BOOST_TEST_CONTEXT("seed " << seed << ", " << pass.name) {
                Trial trial = copy_of(original);
                passes::Notes notes;
                passes::run_pass(pass, trial.program, notes);
                check_same(trial, before, rounding_passes.contains(pass.name) ? 1e-9 : 0);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(the_pipeline_keeps_the_meaning_at_every_limit,
                     *boost::unit_test::label("sampled")) {
    tests::Sample part(5);
    for (uint64_t seed = 1000; seed < 1200; ++seed) {
        if (!part.takes()) continue;
        BOOST_TEST_CONTEXT("seed " << seed) {
            Trial trial = make_trial(seed);
            const std::string before = print(trial.program);
            passes::PipelineOptions options;
            options.with_hooks = seed % 2 == 0;
            options.limit = static_cast<int>(seed % 9) - 1;
            passes::run_pipeline(trial.program, options);
            check_same(trial, before, 1e-9);
            if (!options.with_hooks) continue;
            const ir::Graph& hooks = *trial.program.graph("forward_hooks");
            const auto results = ir::Interpreter(trial.program).run(hooks, trial.inputs);
            for (size_t i = 0; i < results.size(); ++i) {
                BOOST_TEST(tests::agree(results[i], trial.expected[i], 1e-9));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_second_run_of_the_rules_changes_little,
                     *boost::unit_test::label("sampled")) {
    tests::Sample part(3);
    // Rules that undo each other would go on for ever: two runs reach the end.
    for (uint64_t seed = 2000; seed < 2100; ++seed) {
        if (!part.takes()) continue;
        BOOST_TEST_CONTEXT("seed " << seed) {
            Trial trial = make_trial(seed);
            passes::Notes notes;
            for (int round = 0; round < 8; ++round) {
                bool changed = false;
                for (const char* name : {"canonicalize", "fold_constants", "simplify_algebra",
                                         "eliminate_common_subexpressions"}) {
                    changed |= passes::run_pass(passes::find_pass(name), trial.program, notes);
                }
                if (!changed) break;
                BOOST_TEST(round < 7);
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
