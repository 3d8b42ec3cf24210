#include "runtime/partwise_executor.h"

#include <fcntl.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "runtime/model.h"
#include "runtime/parallel.h"
#include "runtime/safetensors.h"
#include "runtime/session.h"
#include "tests/runtime/toy_model.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

constexpr int64_t tasks = 64, bytes_of_task = 512 << 10, floats_of_task = bytes_of_task / 4;

/// Pages of a range that the process holds, of 4 KB each by the system's table; -1 where it has
/// none to show.
int64_t held_bytes(const void* data, int64_t size_bytes) {
    const auto page = static_cast<int64_t>(::sysconf(_SC_PAGESIZE));
    const int64_t first = static_cast<int64_t>(reinterpret_cast<uintptr_t>(data)) / page;
    std::vector<uint64_t> entries(static_cast<size_t>(size_bytes / page));
    const int file = ::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    if (file < 0) return -1;
    const auto wanted = static_cast<ssize_t>(entries.size() * 8);
    const ssize_t got = ::pread(file, entries.data(), static_cast<size_t>(wanted), first * 8);
    ::close(file);
    if (got != wanted) return -1;
    int64_t held = 0;
    for (const uint64_t entry : entries) held += (entry >> 63) != 0 ? page : 0;
    return held;
}

struct Copy {
    const float* from;
    float* to;
};
int64_t most_held = 0;

int copy_part(void*, int index, uint8_t* closure) {
    Copy copy{};
    std::memcpy(&copy, closure, sizeof copy);
    std::memcpy(copy.to + index * floats_of_task, copy.from + index * floats_of_task,
                bytes_of_task);
    most_held = std::max(most_held, held_bytes(copy.from, tasks * bytes_of_task));
    return 0;
}

// context, w[64, 128 K], p[64, 128 K]
int copy_all(void** a) {
    Copy copy{&at<float>(a[1], {0, 0}), &at<float>(a[2], {0, 0})};
    return lithe_do_par_for(*static_cast<void**>(a[0]), copy_part, 0, tasks,
                            reinterpret_cast<uint8_t*>(&copy));
}

/// One weight of 32 MB, which `prepare` copies; no inputs, and the copy's last row as the output.
artifact::Artifact large_artifact() {
    using artifact::Space;
    const artifact::Type whole{DType::f32, {fixed(tasks), fixed(floats_of_task)}};
    const auto value = [&](Space space) {
        artifact::PlanValue v;
        v.type = whole;
        v.space = space;
        return v;
    };
    artifact::Step step;
    step.values = {0, 1};
    artifact::Artifact a;
    a.name = "large";
    a.outputs = {{"y", whole}};
    a.slots = {{"w", {}, true, true, true, DType::f32, {tasks, floats_of_task}}};
    a.modules = {{"", "Large", ""}};
    a.calls = {{0, -1}};
    a.prepared = {whole};
    a.kernels = {"copy"};
    artifact::Plan prepare, forward;
    prepare.name = "prepare";
    prepare.values = {value(Space::slot), value(Space::output)};
    forward.name = "forward";
    forward.values = {value(Space::prepared), value(Space::output)};
    for (artifact::Plan* plan : {&prepare, &forward}) {
        plan->steps = {step};
        plan->outputs = {1};
    }
    a.plans = {prepare, forward};
    return a;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(runtime_partwise_executor)

BOOST_AUTO_TEST_CASE(runs_every_task_once_and_calls_back_behind_each_part) {
    ThreadPool pool(3);
    for (Executor* inner : {static_cast<Executor*>(nullptr), static_cast<Executor*>(&pool)}) {
        for (const int count : {0, 1, 3, 4, 5, 22}) {
            std::vector<int> runs(static_cast<size_t>(count), 0);
            int parts = 0, done_before_last = 0;
            PartwiseExecutor executor(inner, 4, [&] {
                ++parts;
                if (parts < 4) return;
                for (const int run : runs) done_before_last += run;
            });
            parallel_for(executor, count, [&](int index) { ++runs[static_cast<size_t>(index)]; });
            for (const int run : runs) BOOST_TEST(run == 1);
            BOOST_TEST(parts == std::min(count, 4));
            if (count >= 4) BOOST_TEST(done_before_last == count);
            BOOST_TEST(executor.thread_count() == (inner != nullptr ? 3 : 1));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_large_weight_and_its_packed_form_do_not_add_up) {
    const std::string path =
        (std::filesystem::temp_directory_path() / "lithe_large_weight.safetensors").string();
    const artifact::Artifact large = large_artifact();
    std::vector<float> w(static_cast<size_t>(tasks * floats_of_task));
    for (size_t i = 0; i < w.size(); ++i) w[i] = static_cast<float>(i % 1000);
    const std::vector<NamedTensor> entries{{"w", {w.data(), DType::f32, {tasks, floats_of_task}}}};
    save_safetensors(path, entries);
    const Linked linked(large, {copy_all});
    most_held = 0;
    Model model(linked.table(), path);
    BOOST_TEST_REQUIRE(most_held >= bytes_of_task - 8192);
    // A sixteenth is given back at a time; reading ahead maps some pages behind it.
    BOOST_TEST(most_held <= tasks * bytes_of_task / 4);
    // Pages that it shares with what is around it stay.
    BOOST_TEST(held_bytes(model.parameters()[0].data, tasks * bytes_of_task) <= 2 * 65536);
    Session session(model);
    const std::vector<HostTensor> y = session.run(std::span<const ConstTensorView>{});
    BOOST_TEST(std::memcmp(y[0].data<float>(), w.data(), w.size() * 4) == 0);
    std::filesystem::remove(path);
}

BOOST_AUTO_TEST_CASE(a_model_packs_with_the_executor_that_it_is_made_with) {
    class Counting final : public Executor {
    public:
        void parallel_for(int count, void (*task)(void*, int), void* context) override {
            indices += count;
            for (int i = 0; i < count; ++i) task(context, i);
        }
        int thread_count() const override { return 2; }

        int indices = 0;
    };
    const artifact::Artifact large = large_artifact();
    const std::vector<float> w(static_cast<size_t>(tasks * floats_of_task), 1.5f);
    const std::vector<NamedTensor> entries{{"w", {w.data(), DType::f32, {tasks, floats_of_task}}}};
    const Linked linked(large, {copy_all});
    Counting executor;
    Model model(linked.table(), entries, &executor);
    BOOST_TEST(executor.indices == tasks);
    Session session(model);
    const std::vector<HostTensor> y = session.run(std::span<const ConstTensorView>{});
    BOOST_TEST(executor.indices == 2 * tasks);  // runs use it too
    BOOST_TEST(std::memcmp(y[0].data<float>(), w.data(), w.size() * 4) == 0);
}

/// A prepared value that is a parameter as it is.
BOOST_AUTO_TEST_CASE(a_plan_without_steps_copies_its_results) {
    const std::string path =
        (std::filesystem::temp_directory_path() / "lithe_no_steps.safetensors").string();
    artifact::Artifact plain = large_artifact();
    plain.plans[0].steps.clear();
    plain.plans[0].values.pop_back();
    plain.plans[0].outputs = {0};
    std::vector<float> w(static_cast<size_t>(tasks * floats_of_task), 2.5f);
    const std::vector<NamedTensor> entries{{"w", {w.data(), DType::f32, {tasks, floats_of_task}}}};
    save_safetensors(path, entries);
    const Linked linked(plain, {copy_all});
    Model model(linked.table(), path);
    Session session(model);
    const std::vector<HostTensor> y = session.run(std::span<const ConstTensorView>{});
    BOOST_TEST(std::memcmp(y[0].data<float>(), w.data(), w.size() * 4) == 0);
    std::filesystem::remove(path);
}

BOOST_AUTO_TEST_SUITE_END()
