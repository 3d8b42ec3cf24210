// One compiled network of the suite as a program: speaks the protocol of the peers' worker.
// usage: suite_MODEL_bBATCH THREADS MODELS_DIR [--steps | --prepare | --save FILE]. The macros come
// from CMakeLists.txt. --steps: times every step of the plan instead; --prepare: of what is done at
// the start; --save: writes the weights with what is prepared. A file named by SUITE_WEIGHTS_FILE
// in the environment is loaded in place of the harness's.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "runtime/error.h"
#include "runtime/executor.h"
#include "runtime/safetensors.h"
#include "runtime/session.h"
#include "steps.h"

extern "C" const lithe_artifact SUITE_ARTIFACT;

namespace {

double now_s() {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

/// The most memory that the process has had, in MB.
double peak_mb() {
    double kilobytes = -1;
    if (FILE* status = std::fopen("/proc/self/status", "r")) {
        char line[256];
        while (std::fgets(line, sizeof line, status)) {
            if (std::sscanf(line, "VmHWM: %lf", &kilobytes) == 1) break;
        }
        std::fclose(status);
    }
    return kilobytes / 1024;
}

double number(const char* command, const char* key, double other) {
    const char* at = std::strstr(command, key);
    return at ? std::strtod(at + std::strlen(key), nullptr) : other;
}

std::string text(const std::string& command, const std::string& key) {
    const size_t at = command.find(key);
    if (at == std::string::npos) return {};
    const size_t begin = command.find('"', at + key.size()) + 1;
    return command.substr(begin, command.find('"', begin) - begin);
}

/// The loaded network with its inputs and memory for its outputs.
struct Runner {
    Runner(const lithe_artifact& artifact, const std::string& weights,
           const lithe::SafetensorsFile& data, int threads)
        : pool(threads > 1 ? std::make_unique<lithe::ThreadPool>(threads) : nullptr),
          model(artifact, weights, pool.get()),
          session(model) {
        for (const auto& port : model.artifact().inputs) {
            const lithe::ConstTensorView* tensor = data.find("in_" + port.name);
            if (!tensor)
                throw lithe::UserError("suite.input", "suite: no input 'in_" + port.name + "'");
            inputs.push_back(*tensor);
        }
        const auto shapes = session.output_shapes(inputs);
        for (size_t i = 0; i < shapes.size(); ++i) {
            results.emplace_back(model.artifact().outputs[i].type.dtype, shapes[i]);
        }
        for (lithe::HostTensor& result : results) outputs.push_back(result.view());
    }

    void call() { session.run(inputs, outputs); }

    std::unique_ptr<lithe::ThreadPool> pool;
    lithe::Model model;
    lithe::Session session;
    std::vector<lithe::ConstTensorView> inputs;
    std::vector<lithe::HostTensor> results;
    std::vector<lithe::TensorView> outputs;
};

void save_npy(const std::string& path, const std::vector<float>& values) {
    FILE* file = std::fopen(path.c_str(), "wb");
    if (!file) throw lithe::UserError("suite.save", "suite: cannot write " + path);
    std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" +
                         std::to_string(values.size()) + ",), }";
    header.resize((header.size() + 10 + 63) / 64 * 64 - 10 - 1, ' ');
    header += '\n';
    const unsigned char begin[] = {0x93,
                                   'N',
                                   'U',
                                   'M',
                                   'P',
                                   'Y',
                                   1,
                                   0,
                                   static_cast<unsigned char>(header.size() & 255),
                                   static_cast<unsigned char>(header.size() >> 8)};
    std::fwrite(begin, 1, sizeof begin, file);
    std::fwrite(header.data(), 1, header.size(), file);
    std::fwrite(values.data(), sizeof(float), values.size(), file);
    std::fclose(file);
}

void warm(Runner& runner, const char* command) {
    const double begin = now_s(), reps = number(command, "\"reps\":", 1),
                 ms = number(command, "\"ms\":", 0), most = number(command, "\"max_ms\":", 1e9);
    int calls = 0;
    while (calls < reps || (now_s() - begin) * 1e3 < ms) {
        runner.call();
        ++calls;
        if ((now_s() - begin) * 1e3 > most) break;
    }
    std::printf("@@{\"ev\":\"warm\",\"n\":%d}\n", calls);
}

void run(Runner& runner, const char* command) {
    const double reps = number(command, "\"reps\":", 1),
                 end = now_s() + number(command, "\"ms\":", 0) * 1e-3;
    std::vector<double> times;
    runner.call();
    do {
        const double begin = now_s();
        runner.call();
        times.push_back((now_s() - begin) * 1e3);
    } while (now_s() < end || static_cast<double>(times.size()) < reps);
    std::sort(times.begin(), times.end());
    std::printf("@@{\"ev\":\"run\",\"n\":%zu,\"med\":%.6f,\"min\":%.6f,\"p90\":%.6f}\n",
                times.size(), times[times.size() / 2], times.front(),
                times[static_cast<size_t>(static_cast<double>(times.size()) * .9)]);
}

/// Reference outputs come by the harness's names, in the order of the model's outputs.
void check(Runner& runner, const lithe::SafetensorsFile& data,
           const std::vector<std::string>& names, const std::string& save) {
    const double peak = peak_mb();
    runner.call();
    std::vector<float> sampled;
    double worst = -1, worst_abs = 0, worst_scale = 1;
    for (size_t i = 0; i < names.size(); ++i) {
        const lithe::ConstTensorView& reference = *data.find("ref_" + names[i]);
        const lithe::TensorView& y = runner.outputs[i];
        int64_t count = 1;
        for (const int64_t size : y.shape) count *= size;
        const int64_t step = std::max<int64_t>(1, count / (int64_t{1} << 20));
        double most = 0, scale = 1e-30;
        for (int64_t k = 0; k * step < count; ++k) {
            const double value = static_cast<const float*>(y.data)[k * step];
            const double wanted = static_cast<const double*>(reference.data)[k];
            most = std::max(most, std::isnan(value) ? INFINITY : std::abs(value - wanted));
            scale = std::max(scale, std::abs(wanted));
            sampled.push_back(static_cast<float>(value));
        }
        if (most / scale > worst) {
            worst = most / scale;
            worst_abs = most;
            worst_scale = scale;
        }
    }
    if (!save.empty()) save_npy(save, sampled);
    std::printf("@@{\"ev\":\"check\",\"rss_peak\":%.2f,\"abs\":%.9g,\"scale\":%.9g,\"rel\":%.9g}\n",
                peak, worst_abs, worst_scale, worst);
}

std::string weights_in(const std::string& folder) {
    const char* other = std::getenv("SUITE_WEIGHTS_FILE");
    return other ? other : folder + "/" SUITE_WEIGHTS ".safetensors";
}

int save(const std::string& folder, const char* path) {
    lithe::Model(SUITE_ARTIFACT, weights_in(folder)).save_state_dict(path, {.with_prepared = true});
    return 0;
}

int serve(int threads, const std::string& folder) {
    const auto data =
        lithe::SafetensorsFile::open(folder + "/" SUITE_MODEL ".b" SUITE_BATCH ".io.safetensors");
    std::vector<std::string> names;
    for (const char* name : {SUITE_OUTPUTS}) names.emplace_back(name);
    const double read = now_s(), rss_import = peak_mb();
    Runner runner(SUITE_ARTIFACT, weights_in(folder), data, threads);
    const double load = now_s(), rss_load = peak_mb();
    runner.call();
    std::printf(
        "@@{\"ev\":\"ready\",\"T\":{\"python\":%.9f,\"import\":%.9f,\"load\":%.9f,\"first\":%.9f},"
        "\"rss_import\":%.2f,"
        "\"rss_load\":%.2f,\"rss_first\":%.2f,\"info\":{\"arena_bytes\":%zu}}\n",
        read, read, load, now_s(), rss_import, rss_load, peak_mb(), runner.session.arena_bytes());
    std::fflush(stdout);
    char line[4096];
    while (std::fgets(line, sizeof line, stdin)) {
        const std::string op = text(line, "\"op\":");
        if (op == "quit") break;
        if (op == "warm") warm(runner, line);
        if (op == "run") run(runner, line);
        if (op == "check") check(runner, data, names, text(line, "\"save\":"));
        std::fflush(stdout);
    }
    return 0;
}

/// Prints the least time of every step over a second of runs; or, with `is_prepare`, of the steps
/// at the start of the process.
int time_steps(int threads, const std::string& folder, bool is_prepare) {
    const lithe_artifact artifact = suite::timed(SUITE_ARTIFACT);
    const auto data =
        lithe::SafetensorsFile::open(folder + "/" SUITE_MODEL ".b" SUITE_BATCH ".io.safetensors");
    if (is_prepare) suite::start_steps();
    Runner runner(artifact, weights_in(folder), data, threads);
    if (is_prepare) {
        suite::print_steps(SUITE_ARTIFACT, "prepare");
        return 0;
    }
    runner.call();
    suite::start_steps();
    const double end = now_s() + 1;
    while (now_s() < end) runner.call();
    suite::print_steps(SUITE_ARTIFACT, "forward");
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fprintf(stderr, "usage: %s THREADS MODELS_DIR\n", argv[0]);
        return 2;
    }
    try {
        for (const char* option : {"--steps", "--prepare"}) {
            if (argc > 3 && std::strcmp(argv[3], option) == 0)
                return time_steps(std::atoi(argv[1]), argv[2], std::strcmp(option, "--steps") != 0);
        }
        if (argc > 4 && std::strcmp(argv[3], "--save") == 0) return save(argv[2], argv[4]);
        return serve(std::atoi(argv[1]), argv[2]);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "error: %s\n", error.what());
        return 1;
    }
}
