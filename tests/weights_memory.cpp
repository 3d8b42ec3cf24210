// Plain weights that only prepared ones are made of do not stay in memory beside them.
#include <lithe/lithe.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "compiler/compiled_model.h"
#include "compiler/jit/loaded_artifact.h"
#include "tests/support/tensors.h"

namespace lithe::tests {
namespace {

namespace fs = std::filesystem;

/// Kilobytes of a file's mappings that are in this process's memory; -1 where it is not mapped.
int64_t resident_kilobytes(const std::string& path) {
    std::ifstream smaps("/proc/self/smaps");
    int64_t total = -1;
    bool is_in_file = false;
    for (std::string line; std::getline(smaps, line);) {
        const std::string first = line.substr(0, line.find(' '));
        if (first.find('-') != std::string::npos && first.find(':') == std::string::npos)
            is_in_file = line.ends_with(path);
        if (is_in_file && line.starts_with("Rss:"))
            total = std::max<int64_t>(total, 0) + std::stoll(line.substr(4));
    }
    return total;
}

struct Fixture {
    fs::path folder = fs::temp_directory_path() / ("lithe_weights_" + std::to_string(getpid()));
    Fixture() { fs::create_directories(folder); }
    ~Fixture() { fs::remove_all(folder); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(weights_memory, Fixture)

BOOST_AUTO_TEST_CASE(pages_of_packed_weights_are_given_back) {
    manual_seed(6);
    nn::Sequential net(nn::Linear(1024, 1500), nn::ReLU(), nn::Linear(1500, 64));
    CompiledModel compiled = compile(net, "x:f32[4,1024]");
    const EmittedFiles files = emit_files(compiled.compiled(), folder.string());
    const jit::LoadedArtifact loaded(compiled.compiled());
    const Model model(loaded.table(), files.weights);
    const auto file_kilobytes = static_cast<int64_t>(fs::file_size(files.weights) / 1024);
    const int64_t resident = resident_kilobytes(files.weights);
    BOOST_REQUIRE(resident >= 0);
    BOOST_TEST(resident < file_kilobytes / 4);
    // They are there again when somebody asks, also when he loads them again.
    const Tensor x = numbers({4, 1024}, DType::f32);
    const Array weight = net->named_parameters()["0.weight"].array().dense();
    const StateDict state = model.state_dict();
    BOOST_TEST(std::memcmp(state["0.weight"].data, weight.raw(),
                           static_cast<size_t>(size_bytes(state["0.weight"]))) == 0);
    Model other(loaded.table(), state);
    const std::vector<ConstTensorView> in = {{x.array().raw(), DType::f32, {4, 1024}}};
    Session one(model), two(other);
    const std::vector<HostTensor> a = one.run(in), b = two.run(in);
    BOOST_TEST(std::memcmp(a[0].view().data, b[0].view().data,
                           static_cast<size_t>(size_bytes(a[0]))) == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lithe::tests
