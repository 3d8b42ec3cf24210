// Plain weights that only prepared ones are made of do not stay in memory beside them.
#include <lithe/lithe.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "compiler/compiled_model.h"
#include "compiler/jit/loaded_artifact.h"
#include "runtime/model_state.h"
#include "tests/support/compile_options.h"
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

/// Logits by the rows of the table that also stand at its front, as in language models.
struct TiedImpl : nn::Module {
    nn::Embedding table{4000, 256};
    TiedImpl() { register_module("table", table); }
    Tensor forward(const Tensor& ids) { return nn::functional::linear(table(ids), table->weight); }
};
LITHE_MODULE(Tied);

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
    CompiledModel compiled = compile(net, "x:f32[4,1024]", compile_options());
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

BOOST_AUTO_TEST_CASE(a_table_that_is_packed_too_is_read_row_by_row) {
    manual_seed(7);
    Tied net;
    CompiledModel compiled = compile(net, "ids:i64[2,3]", compile_options());
    const EmittedFiles files = emit_files(compiled.compiled(), folder.string());
    const jit::LoadedArtifact loaded(compiled.compiled());
    const Model model(loaded.table(), files.weights);
    Session session(model);
    const int64_t ids[] = {5, 3999, 0, 17, 2000, 1};
    const std::vector<ConstTensorView> in = {{ids, DType::i64, {2, 3}}};
    const std::vector<HostTensor> out = session.run(in);
    const auto file_kilobytes = static_cast<int64_t>(fs::file_size(files.weights) / 1024);
    BOOST_TEST(resident_kilobytes(files.weights) < file_kilobytes / 2);

    Array indices = Array::empty(DType::i64, {2, 3});
    std::copy(std::begin(ids), std::end(ids), indices.data<int64_t>());
    const Array want = net(Tensor::from(indices)).array().dense();
    const double tolerance = 256 * 16 * 6e-8;  // sums of 256 products of at most 16
    for (int64_t i = 0; i < want.count(); ++i) {
        BOOST_REQUIRE_SMALL(static_cast<double>(out[0].data<const float>()[i]) - want.at(i),
                            tolerance);
    }
}

BOOST_AUTO_TEST_CASE(what_only_hooks_need_waits_for_them) {
    nn::Sequential net(nn::Conv2d(nn::Conv2dOptions(8, 32, 3)), nn::BatchNorm2d(32));
    net->eval();
    CompiledModel compiled = compile(net, "x:f32[1,8,9,9]", compile_options());
    const EmittedFiles files = emit_files(compiled.compiled(), folder.string());
    const jit::LoadedArtifact loaded(compiled.compiled());
    ModelState state(loaded.table());
    const auto load = [&] { state.load(open_state_dict(files.weights), {.strict = true}); };
    load();
    const std::vector<bool> plain = prepared_for(state.code, "forward"),
                            hooks = prepared_for(state.code, "forward_hooks");
    BOOST_REQUIRE(plain.size() == hooks.size());
    const auto is_there = [&](size_t i) {
        return state.kept_weights()->prepared[i].data != nullptr;
    };
    size_t late = 0;
    for (size_t i = 0; i < plain.size(); ++i) {
        BOOST_TEST(is_there(i) == plain[i]);
        late += hooks[i] && !plain[i];
    }
    BOOST_TEST(late > 0U);  // filters that are not folded with the batch norm
    const std::shared_ptr<const Weights> before = state.kept_weights();
    state.refresh(hooks);
    for (size_t i = 0; i < plain.size(); ++i) {
        BOOST_TEST(is_there(i) == (plain[i] || hooks[i]));
        if (plain[i])
            BOOST_TEST(state.kept_weights()->prepared[i].data == before->prepared[i].data);
    }
    load();  // who has used them will again
    for (size_t i = 0; i < plain.size(); ++i) BOOST_TEST(is_there(i) == (plain[i] || hooks[i]));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lithe::tests
