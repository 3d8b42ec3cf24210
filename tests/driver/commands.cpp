// Each subcommand of a model's program, with what it prints.
#include <lithe/driver.h>
#include <lithe/lithe.h>

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "compiler/lower/work.h"
#include "compiler/passes/pipeline.h"
#include "runtime/safetensors.h"
#include "runtime/state_dict.h"
#include "tests/runtime/support.h"
#include "tests/support/tensors.h"

namespace lithe::tests {
namespace {

namespace fs = std::filesystem;

struct NetImpl : nn::Module {
    nn::Linear first{4, 8}, second{8, 3};
    NetImpl() {
        register_module("first", first);
        register_module("second", second);
    }
    Tensor forward(const Tensor& x) { return second(relu(first(x))); }
};
LITHE_MODULE(Net);

/// Keeps a sum from run to run.
struct SummingImpl : nn::Module {
    nn::Linear fc = register_module("fc", nn::Linear(4, 3));
    Tensor sum = register_buffer("sum", zeros({3}));
    Tensor forward(const Tensor& x) {
        sum.add_(fc(x).sum(0));
        return fc(x) + sum;
    }
};
LITHE_MODULE(Summing);

/// Rows of a table that begins with number 2.
struct RowAtImpl : nn::Module {
    Tensor table = register_parameter("table", arange(12, DType::f32).reshape({3, 4}));
    Tensor forward(const Tensor& place) { return table.index_select(0, place - 2); }
};
LITHE_MODULE(RowAt);

/// Draws noise, twice.
struct NoisyImpl : nn::Module {
    nn::Linear fc = register_module("fc", nn::Linear(4, 3));
    Tensor forward(const Tensor& x) { return fc(x + randn_like(x)) * rand({3}); }
};
LITHE_MODULE(Noisy);

/// A command's exit status and what it wrote to stdout and stderr.
struct Outcome {
    int status;
    std::string out, err;
};

std::string content(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Sends a stream to a file while it lives.
class Redirect {
public:
    Redirect(FILE* stream, const fs::path& path) : stream_(stream) {
        std::fflush(stream);
        saved_ = dup(fileno(stream));
        FILE* file = std::fopen(path.c_str(), "w");
        dup2(fileno(file), fileno(stream));
        std::fclose(file);
    }
    ~Redirect() {
        std::fflush(stream_);
        dup2(saved_, fileno(stream_));
        close(saved_);
    }

private:
    FILE* stream_;
    int saved_;
};

struct Fixture {
    fs::path folder = fs::temp_directory_path() / ("lithe_commands_" + std::to_string(getpid()));
    Fixture() { fs::create_directories(folder); }
    ~Fixture() { fs::remove_all(folder); }

    template <class Holder = Net>
    Outcome run(const std::string& command, std::vector<std::string> more = {},
                const std::string& inputs = "x:f32[N=1..8,4]") {
        std::vector<std::string> words = {"driver", command, "--inputs", inputs, "--name", "net"};
        words.insert(words.end(), more.begin(), more.end());
        std::vector<char*> argv;
        for (std::string& word : words) argv.push_back(word.data());
        Outcome outcome{};
        {
            const Redirect out(stdout, folder / "out"), err(stderr, folder / "err");
            outcome.status = driver_main(static_cast<int>(argv.size()), argv.data(),
                                         [] { return make_subject<Holder>(); });
        }
        outcome.out = content(folder / "out");
        outcome.err = content(folder / "err");
        return outcome;
    }

    /// The output of a command that has to succeed.
    std::string output(const std::string& command, const std::vector<std::string>& more = {}) {
        const Outcome outcome = run(command, more);
        BOOST_TEST(outcome.status == 0, outcome.err);
        return outcome.out;
    }
};

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

size_t count(const std::string& text, std::string_view part) {
    size_t found = 0;
    for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++found;
    return found;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(driver_commands, Fixture, *boost::unit_test::label("long"))

BOOST_AUTO_TEST_CASE(a_program_of_other_headers_does_nothing) {
    std::string name = "driver", command = "trace";
    char* argv[] = {name.data(), command.data()};
    int status = 0;
    {
        const Redirect err(stderr, folder / "err");
        status = driver_main(
            2, argv, []() -> Subject { throw std::logic_error("is not asked"); }, "0123");
    }
    BOOST_TEST(status == 1);
    BOOST_TEST(has(content(folder / "err"), "they are 0123); build all of lithe again"));
}

BOOST_AUTO_TEST_CASE(compile_writes_three_files_and_a_summary) {
    const std::string text =
        output("compile", {"-o", folder.string(), "--summary", (folder / "summary.json").string()});
    for (const char* file : {"libnet.a", "net.h", "net.safetensors"})
        BOOST_TEST(fs::exists(folder / file));
    const auto summary = nlohmann::json::parse(content(folder / "summary.json"));
    BOOST_TEST(summary.at("library_bytes") == fs::file_size(folder / "libnet.a"));
    BOOST_TEST(summary.at("weights_bytes") == fs::file_size(folder / "net.safetensors"));
    BOOST_TEST(summary.at("arena_bytes").get<int64_t>() >=
               summary.at("arena_lower_bound_bytes").get<int64_t>());
    BOOST_TEST(summary.at("groups").get<int>() >= summary.at("kernels").get<int>());
    BOOST_TEST(has(text, std::to_string(summary.at("groups").get<int>()) + " groups in "));
    BOOST_TEST(has(text, "lower bound"));
    const auto& slowest = summary.at("slowest_kernels");
    BOOST_REQUIRE(!slowest.empty());
    BOOST_TEST(slowest.size() <= summary.at("kernels").get<size_t>());
    for (size_t i = 1; i < slowest.size(); ++i)
        BOOST_TEST(slowest[i - 1].at("compile_s") >= slowest[i].at("compile_s"));
    const std::string first = slowest[0].at("kernel").get<std::string>();
    BOOST_TEST(has(text, "slowest kernel " + first));
    BOOST_TEST(has(output("dump", {"--kernel", first}), first));
    BOOST_TEST(
        nlohmann::json::parse(output("compile", {"-o", folder.string(), "--json"})).at("kernels") ==
        summary.at("kernels"));
}

BOOST_AUTO_TEST_CASE(compile_keeps_prepared_weights) {
    output("compile", {"-o", folder.string()});
    const auto plain = SafetensorsFile::open(folder / "net.safetensors");
    const fs::path other = folder / "other";
    output("compile", {"-o", other.string(), "--weights", (folder / "net.safetensors").string(),
                       "--with-prepared"});
    const auto prepared = SafetensorsFile::open(other / "net.safetensors");
    BOOST_REQUIRE(prepared.tensors().size() == plain.tensors().size() + 1);
    BOOST_TEST(prepared.tensors()[0].name.starts_with(prepared_prefix));
    for (const NamedTensor& entry : plain.tensors()) {
        const ConstTensorView* same = prepared.find(entry.name);
        BOOST_REQUIRE(same);
        BOOST_TEST(std::memcmp(same->data, entry.tensor.data,
                               static_cast<size_t>(size_bytes(entry.tensor))) == 0);
    }
}

BOOST_AUTO_TEST_CASE(trace_prints_a_program_that_parses) {
    const std::string text = output("trace", {"--full"});
    BOOST_TEST(print(ir::parse_program(text), true) == text);
    BOOST_TEST(has(text, "first.weight"));
}

BOOST_AUTO_TEST_CASE(dump_prints_text_that_parses) {
    const std::string text = output("dump", {"--full"});
    BOOST_TEST(print(ir::parse_program(text), true) == text);
    BOOST_TEST(has(output("dump", {"--after", "canonicalize"}), "linear("));
}

BOOST_AUTO_TEST_CASE(dump_as_json_has_tables_and_graphs) {
    const auto j = nlohmann::json::parse(output("dump", {"--format", "json"}));
    BOOST_TEST(j.at("name") == "net");
    BOOST_TEST(j.at("sizes").at(0).at("max") == 8);
    BOOST_TEST(j.at("modules").size() == 3U);
    BOOST_TEST(j.at("modules").at(1).at("path") == "first");
    BOOST_TEST(j.at("state").at(0).at("key") == "first.weight");
    BOOST_TEST(j.at("state").at(0).at("type") == "f32[8, 4]");
    size_t groups = 0;
    for (const auto& graph : j.at("graphs")) {
        for (size_t i = 0; i < graph.at("nodes").size(); ++i) {
            const auto& node = graph.at("nodes").at(i);
            BOOST_TEST(node.at("id") == i);
            for (const auto& input : node.at("inputs"))
                BOOST_TEST(input.at("node").get<size_t>() < i);
            if (node.at("op") != "group") continue;
            ++groups;
            BOOST_TEST(!node.at("bodies").at(0).at("nodes").empty());
        }
        BOOST_TEST(!graph.at("outputs").empty());
    }
    BOOST_TEST(groups >= 2U);
    BOOST_TEST(has(output("trace", {"--format", "json"}), "\"linear\""));
}

BOOST_AUTO_TEST_CASE(dump_as_dot_is_balanced) {
    const std::string text = output("trace", {"--format", "dot"});
    BOOST_TEST(text.starts_with("digraph \"net\" {"));
    BOOST_TEST(count(text, "{\n") == count(text, "}\n"));
    BOOST_TEST(has(text, "label=\"first (Linear)\""));
    BOOST_TEST(has(text, "label=\"f32[N, 4]\""));
    BOOST_TEST(has(output("dump", {"--format", "dot"}), "group f32[N, "));
}

BOOST_AUTO_TEST_CASE(dump_as_html_is_one_whole_page) {
    const std::string page = output("dump", {"--format", "html"});
    BOOST_TEST(page.starts_with("<!DOCTYPE html>"));
    for (const char* tag : {"svg", "g", "details", "pre", "table", "a", "ul", "body"}) {
        const std::string name(tag);
        BOOST_TEST(count(page, "<" + name + ">") + count(page, "<" + name + " ") ==
                       count(page, "</" + name + ">"),
                   name);
    }
    for (const char* part :
         {"Graph forward", "first", "weight f32[8, 4]", "<summary>trace</summary>",
          "<summary>after group", "id=\"lithe_k_", "Not fused"}) {
        BOOST_TEST(has(page, part), part);
    }
    for (const char* part : {"src=", "<link", "http"}) BOOST_TEST(!has(page, part), part);
    // Every kernel that a box links to is on the page.
    for (size_t at = page.find("href=\"#"); at != std::string::npos;
         at = page.find("href=\"#", at + 1)) {
        const std::string name = page.substr(at + 7, page.find('"', at + 7) - at - 7);
        BOOST_TEST(has(page, "id=\"" + name + "\""), name);
    }
}

BOOST_AUTO_TEST_CASE(dump_refuses_an_unknown_form) {
    const Outcome outcome = run("dump", {"--format", "xml"});
    BOOST_TEST(outcome.status != 0);
    BOOST_TEST(has(outcome.err, "--format"));
}

BOOST_AUTO_TEST_CASE(dump_writes_a_folder_for_each_kernel) {
    const fs::path kernels = folder / "kernels";
    output("dump", {"--kernels", kernels.string()});
    int found = 0;
    for (const auto& entry : fs::directory_iterator(kernels)) {
        ++found;
        const std::string name = entry.path().filename().string();
        BOOST_TEST(name.starts_with("lithe_k_"));
        BOOST_TEST(has(content(entry.path() / "assembly.s"), name));
        BOOST_TEST(has(content(entry.path() / "statement.txt"), "produce"));
        BOOST_TEST(has(content(entry.path() / "ir.txt"), "return"));
        BOOST_TEST(content(entry.path() / "README.md").starts_with("# " + name + "\n"));
    }
    BOOST_TEST(found >= 2);
    BOOST_TEST(has(output("dump", {"--kernel", "lithe_k_"}), "---- assembly"));
    BOOST_TEST(has(run("dump", {"--kernel", "nothing"}).err, "[dump.kernel]"));
}

BOOST_AUTO_TEST_CASE(check_agrees) {
    BOOST_TEST(has(output("check", {"--sizes", "N=3"}), "eager and compiled agree"));
    BOOST_TEST(has(run("check", {"--sizes", "M=3"}).err, "[driver.sizes]"));
}

BOOST_AUTO_TEST_CASE(check_takes_inputs_from_a_file) {
    const Outcome random = run<RowAt>("check", {"--seed", "1"}, "place:i64[8]");
    BOOST_TEST(random.status == 1);
    BOOST_TEST(has(random.err, "note: the inputs were random, floats around 0, integers 0 and 1"));
    BOOST_TEST(has(random.err, "[index_select.range]"));

    const std::vector<int64_t> places = {3, 2, 3, 4, 2, 2, 4, 3};
    const std::vector<NamedTensor> named = {{"place", {places.data(), DType::i64, {8}}}};
    const std::string in = (folder / "places.safetensors").string();
    save_safetensors(in, named);
    const Outcome given = run<RowAt>("check", {"--in", in}, "place:i64[8]");
    BOOST_TEST(given.status == 0, given.err);
    BOOST_TEST(has(given.out, "eager and compiled agree"));
}

BOOST_AUTO_TEST_CASE(check_draws_the_same_in_both) {
    const Outcome outcome = run<Noisy>("check");
    BOOST_TEST_INFO(outcome.out);
    BOOST_TEST(has(outcome.out, "eager and compiled agree"));
}

BOOST_AUTO_TEST_CASE(check_compares_what_buffers_become) {
    const Outcome outcome = run<Summing>("check");
    BOOST_TEST(outcome.status == 0, outcome.err);
    BOOST_TEST(has(outcome.out, "buffer sum f32[3]: relative difference"));
    BOOST_TEST(has(outcome.out, "eager and compiled agree"));
}

BOOST_AUTO_TEST_CASE(run_reads_and_writes_tensors) {
    const std::vector<float> x(8, 1.0f);
    const std::vector<NamedTensor> named = {{"x", {x.data(), DType::f32, {2, 4}}}};
    const std::string in = (folder / "in.safetensors").string(),
                      out = (folder / "out.safetensors").string();
    save_safetensors(in, named);
    output("run", {"--in", in, "--out", out});
    const SafetensorsFile result = SafetensorsFile::open(out);
    BOOST_REQUIRE_EQUAL(result.tensors().size(), 1U);
    BOOST_TEST(result.tensors().front().tensor.shape == (std::vector<int64_t>{2, 3}));

    const std::vector<NamedTensor> wrong = {{"y", {x.data(), DType::f32, {2, 4}}}};
    save_safetensors(in, wrong);
    const Outcome outcome = run("run", {"--in", in, "--out", out});
    BOOST_TEST(outcome.status == 1);
    BOOST_TEST(outcome.err ==
               "error: --in: the file has no tensor 'x', it has 'y' [driver.input]\n");
}

BOOST_AUTO_TEST_CASE(bench_prints_times) {
    const auto j =
        nlohmann::json::parse(output("bench", {"--json", "--repetitions", "5", "--sizes", "N=2"}));
    BOOST_TEST(j.at("median_us").get<double>() >= j.at("min_us").get<double>());
    BOOST_TEST(j.at("min_us").get<double>() > 0);
}

BOOST_AUTO_TEST_CASE(steps_of_kernels_without_an_algorithm_of_their_own) {
    const ir::Program program = ir::parse_program(
        "program p\n\ngraph forward\n%x = input : f32[1, 4, 4, 8]\n%w = input : f32[3, 3, 1, 8]\n"
        "%0 = depthwise_conv(%x, %w) : f32[1, 4, 4, 8] {dilation = [1, 1], pad_begin = [1, 1], "
        "pad_end = [1, 1], stride = [1, 1]}\n%1 = relu(%0) : f32[1, 4, 4, 8]\nreturn %1\n");
    ir::Program grouped = program.copy();
    grouped.modules.push_back({"", "Net", ""});
    passes::run_pipeline(grouped, {});
    int groups = 0;
    for (const auto& node : grouped.graph("forward")->nodes()) {
        if (!node->is("group")) continue;
        ++groups;
        BOOST_TEST(lower::work_of(*node, {}).bytes == 4 * (2 * 128 + 72));
    }
    BOOST_TEST(groups == 1);
}

BOOST_AUTO_TEST_CASE(tune_keeps_what_it_found, *boost::unit_test::label("slow")) {
    const std::string file = (folder / "net.tuning").string();
    const auto j = nlohmann::json::parse(
        output("tune", {"--tuning", file, "--json", "--repetitions", "2", "--sizes", "N=2"}));
    BOOST_TEST(j.at("problems") == 2);
    BOOST_TEST(j.at("tuned_us").get<double>() > 0);
    BOOST_TEST(count(content(file), " | linear f32[N, ") == 2U);
    BOOST_TEST(run("compile", {"--tuning", file, "-o", folder.string()}).err.empty());
    // What the file says no more has a meaning is told.
    std::ofstream(file) << "x86-64-v3 | linear f32[N, 4] f32[8, 4] f32[8] {} | tile 99x9\n";
    const Outcome stale =
        run("compile", {"--tuning", file, "-o", folder.string(), "--target", "x86-64-v3"});
    BOOST_TEST(stale.status == 0);
    BOOST_TEST(has(stale.err, "note: tuning: 'tile 99x9' is no choice for "));
    BOOST_TEST(has(run("tune").err, "error: tune: --tuning FILE says where to keep the findings"));
    BOOST_TEST(has(run("compile", {"--tuning", "nowhere"}).err,
                   "error: tuning: cannot read 'nowhere' [tuning.file]"));
}

BOOST_AUTO_TEST_CASE(dump_says_why) {
    const std::string text = output("dump", {"--why", "--target", "x86-64-v4"});
    BOOST_TEST(has(
        text, "choose_kernels: forward: x86-64-v4 | linear f32[N, 4] f32[8, 4] f32[8] {}: tile "));
    BOOST_TEST(has(text, "; others would cost: tile "));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lithe::tests
