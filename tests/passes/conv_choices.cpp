// In which order a tuning meets the ways to compute a convolution.
#include "compiler/passes/conv_choices.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <set>

namespace lithe::passes {

BOOST_AUTO_TEST_SUITE(conv_choices)

BOOST_AUTO_TEST_CASE(kinds_take_turns_behind_the_choice) {
    const std::vector<Tile> tiles{{.rows = 7, .vectors = 2, .cost = 1},
                                  {.rows = 8, .vectors = 2, .cost = 2},
                                  {.rows = 14, .vectors = 1, .cost = 3}};
    const std::vector<WinogradPlan> plans{{.tile = 4, .rows = 2},
                                          {.tile = 4, .rows = 3},
                                          {.tile = 4, .rows = 8, .in_stages = true},
                                          {.tile = 2, .rows = 9, .in_stages = true}};
    const std::vector<std::string> by_plans{plans[0].str(), plans[2].str(), plans[3].str(),
                                            tiles[0].str(), plans[1].str(), tiles[1].str(),
                                            tiles[2].str()};
    const ConvChoices choices(tiles, plans, /*prefers_plans=*/true, /*direct_cost=*/100);
    std::vector<std::string> names;
    for (const Way& way : choices.ways()) names.push_back(way.name);
    BOOST_TEST(names == by_plans, boost::test_tools::per_element());
    BOOST_REQUIRE(choices.plan(2));
    BOOST_TEST(choices.plan(2)->rows == 9);
    BOOST_TEST(!choices.plan(3));
    BOOST_TEST(choices.tile(6).rows == 14);

    const ConvChoices direct(tiles, plans, /*prefers_plans=*/false, /*direct_cost=*/100);
    BOOST_TEST(direct.ways()[0].name == tiles[0].str());
    BOOST_TEST(direct.ways()[1].name == plans[0].str());
    BOOST_TEST(direct.ways().size() == 7U);
    BOOST_TEST(ConvChoices(std::vector<Tile>()).ways().empty());
}

BOOST_AUTO_TEST_CASE(costs_of_tiles_and_plans_have_one_unit) {
    const std::vector<Tile> tiles{{.rows = 7, .vectors = 2, .cost = 10},
                                  {.rows = 8, .vectors = 2, .cost = 12}};
    const std::vector<WinogradPlan> plans{{.tile = 4, .cost = 60}};
    const ConvChoices choices(tiles, plans, /*prefers_plans=*/true, /*direct_cost=*/100);
    BOOST_REQUIRE(choices.ways().size() == 3U);
    BOOST_TEST(choices.ways()[0].cost == 60);
    BOOST_TEST(choices.ways()[1].cost == 100);  // the first tile's
    BOOST_TEST(choices.ways()[2].cost == 120);
}

BOOST_AUTO_TEST_CASE(every_kind_is_among_the_plans) {
    const WinogradProblem problem{.height = 14, .width = 14, .channels = 256, .filters = 256};
    std::set<int64_t> kinds;
    for (const WinogradPlan& plan :
         ranked_winograd_plans(problem, {.vector_bytes = 64, .register_count = 32})) {
        kinds.insert(plan.kind());
    }
    for (const int64_t tile : {2, 4}) {
        for (const bool in_stages : {false, true}) {
            BOOST_TEST(kinds.contains(WinogradPlan{.tile = tile, .in_stages = in_stages}.kind()),
                       "tile " << tile << (in_stages ? " in stages" : " in blocks"));
        }
        const WinogradPlan of_taps{.tile = tile, .in_stages = true, .keeps_taps = true};
        BOOST_TEST(kinds.contains(of_taps.kind()), "tile " << tile << " of taps");
    }
}

BOOST_AUTO_TEST_CASE(bytes_that_save_too_little_are_not_taken) {
    // Of few pixels and many filters larger patches save little, and their weights are 4 times
    // those of the direct form: the model's choice has to hold fewer bytes than the fastest.
    const Machine machine{.vector_bytes = 64, .register_count = 32};
    const auto elements_of = [&](int64_t size) {
        const WinogradProblem problem{
            .height = size, .width = size, .channels = 512, .filters = 512};
        const WinogradPlan plan = ranked_winograd_plans(problem, machine)[0];
        return plan.keeps_taps ? 9 : (plan.tile + 2) * (plan.tile + 2);
    };
    BOOST_TEST(elements_of(7) == 9);    // taps
    BOOST_TEST(elements_of(28) == 36);  // F(4 x 4): every panel would read much data again
}

BOOST_AUTO_TEST_CASE(where_filters_may_stay_taps) {
    const Machine machine{.vector_bytes = 64, .register_count = 32};
    const auto may_stay = [&](const WinogradProblem& problem) {
        const std::vector<WinogradPlan> plans = ranked_winograd_plans(problem, machine);
        return std::any_of(plans.begin(), plans.end(),
                           [](const WinogradPlan& plan) { return plan.keeps_taps; });
    };
    WinogradProblem problem{.height = 14, .width = 14, .channels = 256, .filters = 256};
    BOOST_TEST(may_stay(problem));
    // Of several phases, of a number of images that is not known, of channels that fill no vectors.
    problem.phases = 4;
    BOOST_TEST(!may_stay(problem));
    problem.phases = 1;
    problem.has_known_batch = false;
    BOOST_TEST(!may_stay(problem));
    problem.has_known_batch = true;
    problem.channels = 250;
    BOOST_TEST(!may_stay(problem));
    problem.channels = 256;
    problem.height = problem.width = 112;  // a panel's sums would not stay near
    BOOST_TEST(!may_stay(problem));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lithe::passes
