// Sessions on several threads while weights are swapped and hooks come and go.
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <thread>

#include "runtime/session.h"
#include "tests/runtime/toy_model.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

constexpr int sessions = 3;
constexpr int rounds = 200;

/// Runs `work` on so many threads at once; each gets its number.
template <typename Work>
void on_threads(int count, const Work& work) {
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i) threads.emplace_back(work, i);
    for (std::thread& thread : threads) thread.join();
}

std::vector<float> run(Session& session, const std::vector<float>& x) {
    const auto y = session.run({{x.data(), DType::f32, {static_cast<int64_t>(x.size()) / 3, 3}}});
    const float* first = y[0].data<float>();
    return {first, first + element_count(y[0].shape())};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(runtime_swapping, *boost::unit_test::label("threads"))

BOOST_AUTO_TEST_CASE(no_run_sees_a_mixture) {
    // Weight and bias belong together: (2, 20) or (3, 30). The weight is read through `prepare`.
    const ToyWeights first(2, 20), second(3, 30);
    Model model(toy().table(), first.dict());
    std::atomic<int> mixtures{0};
    std::atomic<bool> done{false};
    on_threads(sessions + 1, [&](int number) {
        if (number == sessions) {
            for (int i = 0; i < rounds; ++i) {
                model.load_state_dict(i % 2 == 0 ? second.dict() : first.dict());
            }
            done = true;
            return;
        }
        Session session(model);
        for (int i = 0; i < rounds || !done; ++i) {
            const std::vector<float> x(static_cast<size_t>(3 * (1 + (i + number) % 8)), 1.0f);
            const std::vector<float> y = run(session, x);
            mixtures += y != toy_result(x, 2, 20) && y != toy_result(x, 3, 30);
        }
    });
    BOOST_CHECK_EQUAL(mixtures, 0);
}

BOOST_AUTO_TEST_CASE(a_swap_is_seen_by_the_next_run) {
    const ToyWeights first(2), second(3);
    Model model(toy().table(), first.dict());
    std::atomic<int> stale{0};
    on_threads(sessions, [&](int) {
        Session session(model);
        const std::vector<float> x(3, 1.0f);
        for (int i = 0; i < rounds; ++i) stale += run(session, x) != toy_result(x, 2);
    });
    model.load_state_dict(second.dict());
    on_threads(sessions, [&](int) {
        Session session(model);
        const std::vector<float> x(3, 1.0f);
        stale += run(session, x) != toy_result(x, 3);
    });
    BOOST_CHECK_EQUAL(stale, 0);
}

BOOST_AUTO_TEST_CASE(hooks_come_and_go) {
    const ToyWeights weights(2, 1);
    Model model(toy().table(), weights.dict());
    std::atomic<int> wrong{0}, fired{0};
    std::atomic<bool> done{false};
    on_threads(sessions + 1, [&](int number) {
        if (number == sessions) {
            for (int i = 0; i < rounds || fired == 0; ++i) {
                auto handle = model.register_forward_hook("fc", [&](HookContext& context) {
                    context.outputs()[0].as<float>()[0] = 100;
                    ++fired;
                });
                std::this_thread::yield();
                handle.remove();
            }
            done = true;
            return;
        }
        Session session(model);
        const std::vector<float> x(3, 1.0f);
        while (!done) {
            const std::vector<float> y = run(session, x);
            wrong += (y[0] != 7 && y[0] != 100) || y[1] != 7;
        }
    });
    BOOST_CHECK_EQUAL(wrong, 0);
    BOOST_CHECK_GT(fired, 0);
}

BOOST_AUTO_TEST_CASE(training_runs_do_not_lose_the_swap) {
    const ToyWeights first(2), second(3);
    Model model(toy().table(), first.dict());
    model.train();
    std::atomic<int> mixtures{0};
    on_threads(sessions + 1, [&](int number) {
        if (number == sessions) {
            for (int i = 0; i < rounds; ++i) {
                model.load_state_dict(i % 2 == 0 ? first.dict() : second.dict());
            }
            return;
        }
        Session session(model);
        const std::vector<float> x(3, 1.0f);
        for (int i = 0; i < rounds; ++i) {
            const std::vector<float> y = run(session, x);
            mixtures += y != toy_result(x, 2) && y != toy_result(x, 3);
        }
    });
    BOOST_CHECK_EQUAL(mixtures, 0);
    BOOST_CHECK_EQUAL(*model.state_dict()["fc.weight"].as<float>(), 3);
    BOOST_CHECK_GT(*model.state_dict()["runs"].as<int64_t>(), 0);
}

BOOST_AUTO_TEST_SUITE_END()
