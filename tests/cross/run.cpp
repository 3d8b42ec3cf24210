// Runs the models that cross_emit has written, on one thread and on two, and compares with what
// eager mode gave. usage: run FOLDER. Needs nothing but the runtime.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "runtime/executor.h"
#include "runtime/model.h"
#include "runtime/safetensors.h"
#include "runtime/session.h"

#define LEVEL_MODEL(name, tolerance) extern "C" const lithe_artifact name##_artifact;
#include "models.inc"
#undef LEVEL_MODEL

namespace {

using namespace lithe;

struct Row {
    const char* name;
    const lithe_artifact& table;
    double tolerance;
};

const Row rows[] = {
#define LEVEL_MODEL(name, tolerance) {#name, name##_artifact, tolerance},
#include "models.inc"
#undef LEVEL_MODEL
};

/// The largest difference, relative to the largest number wanted.
double difference(const ConstTensorView& got, const ConstTensorView& want) {
    if (got.dtype != DType::f32 || got.shape != want.shape) return HUGE_VAL;
    double worst = 0, largest = 1e-30;
    for (int64_t i = 0; i < size_bytes(want) / 4; ++i) {
        const double a = static_cast<const float*>(got.data)[i];
        const double b = static_cast<const float*>(want.data)[i];
        worst = std::isnan(a) ? HUGE_VAL : std::max(worst, std::abs(a - b));
        largest = std::max(largest, std::abs(b));
    }
    return worst / largest;
}

bool check(const Row& row, const std::string& folder) {
    const Model model(row.table, folder + "/" + row.name + ".safetensors");
    const SafetensorsFile example =
        SafetensorsFile::open(folder + "/" + row.name + ".example.safetensors");
    std::vector<ConstTensorView> inputs;
    for (const artifact::Port& port : model.artifact().inputs)
        inputs.push_back(*example.find("in_" + port.name));
    ThreadPool pool(2);
    Session serial(model), parallel(model);
    parallel.set_executor(&pool);
    const std::vector<HostTensor> one = serial.run(inputs), two = parallel.run(inputs);
    double worst = 0;
    bool is_same = true;
    for (size_t i = 0; i < one.size(); ++i) {
        worst =
            std::max(worst, difference(one[i].view(), *example.find("out_" + std::to_string(i))));
        const auto bytes = static_cast<size_t>(size_bytes(one[i]));
        is_same &= std::memcmp(one[i].view().data, two[i].view().data, bytes) == 0;
    }
    const bool is_fine = worst <= row.tolerance && is_same && !one.empty();
    std::printf("%-20s %-10s %.2e of %.2e%s\n", row.name, model.artifact().target.c_str(), worst,
                row.tolerance, is_same ? "" : ", and two threads differ");
    return is_fine;
}

}  // namespace

int main(int argc, char** argv) {
    int wrong = 0;
    for (const Row& row : rows) {
        try {
            wrong += argc == 2 && check(row, argv[1]) ? 0 : 1;
        } catch (const std::exception& error) {
            std::printf("%s: %s\n", row.name, error.what());
            ++wrong;
        }
    }
    std::printf("%zu models, %d wrong\n", std::size(rows), wrong);
    return wrong == 0 ? 0 : 1;
}
