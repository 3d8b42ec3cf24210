// Every tests/golden/<pass>/<case>.ir is a test case: the program above `----` becomes the one
// below it, or `---- unchanged`. `lithe_tests -- --update-goldens` rewrites what differs.
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "compiler/ir/sample_scope.h"
#include "compiler/passes/pipeline.h"
#include "tests/paths.h"

using namespace lithe;
namespace fs = std::filesystem;

namespace {

std::string read(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    return std::move(content).str();
}

bool has_argument(std::string_view wanted) {
    const auto& suite = boost::unit_test::framework::master_test_suite();
    for (int i = 1; i < suite.argc; ++i) {
        if (wanted == suite.argv[i]) return true;
    }
    return false;
}

void declare_sizes(ir::Program& program, const ir::Node& node) {
    for (const TensorType& type : node.types()) {
        for (const Dim& dim : type.shape) {
            for (const std::string& name : dim.symbols()) {
                if (!program.symbol(name)) program.symbols.push_back({name, 1, 64, 1, 7});
            }
        }
    }
}

void add_slot(ir::Program& program, const std::string& key, const TensorType& type,
              ir::Slot::Kind kind) {
    if (program.slot(key)) return;
    ir::Slot slot;
    slot.key = key;
    slot.type = type;
    slot.kind = kind;
    program.slots.push_back(std::move(slot));
}

/// The tables that a golden leaves out: what its nodes name, with plain values.
void declare(ir::Program& program) {
    for (const auto& graph : program.graphs) {
        for (const ir::Output& o : graph->outputs) {
            if (!o.buffer.empty()) {
                add_slot(program, o.buffer, o.value.type(), ir::Slot::Kind::buffer);
            }
        }
        for (const auto& node : graph->nodes()) {
            declare_sizes(program, *node);
            if (node->is("parameter")) {
                add_slot(program, node->attrs().get_string("key"), node->type(),
                         ir::Slot::Kind::parameter);
            }
        }
    }
    if (program.modules.empty()) program.modules.push_back({"", "Net", ""});
    while (program.calls.size() < 10) program.calls.push_back({0, -1});
}

std::string text_of(const ir::Program& program, const passes::Notes& notes) {
    std::string text;
    for (const auto& graph : program.graphs) text += (text.empty() ? "" : "\n") + print(*graph);
    for (const std::string& note : notes) text += "# " + note + "\n";
    return text;
}

void run_golden(const fs::path& path) {
    const std::string whole = read(path);
    const size_t line = whole.find("\n----");
    BOOST_REQUIRE_MESSAGE(line != std::string::npos, path << " has no line '----'");
    const std::string before = whole.substr(0, line + 1);
    ir::Program program = ir::parse_program(before);
    declare(program);
    verify(program, "parsing");
    const std::string text_before = text_of(program, {});

    const passes::Pass& pass = passes::find_pass(path.parent_path().filename().string());
    passes::Notes notes;
    const bool changed = passes::run_pass(pass, program, notes);
    const std::string text = text_of(program, notes);
    if (!changed) BOOST_TEST(text_of(program, {}) == text_before);
    const std::string after = changed ? "----\n" + text : "---- unchanged\n";
    if (has_argument("--update-goldens")) {
        if (before + after != whole) std::ofstream(path, std::ios::binary) << before << after;
        return;
    }
    BOOST_TEST(whole.substr(line + 1) == after);
}

void add_cases(const passes::Pass& pass) {
    auto* suite = new boost::unit_test::test_suite(std::string(pass.name), __FILE__, __LINE__);
    boost::unit_test::framework::master_test_suite().add(suite);
    const fs::path folder =
        fs::path(tests::source_dir) / "tests" / "golden" / std::string(pass.name);
    std::set<fs::path> files;
    if (fs::exists(folder)) {
        for (const auto& entry : fs::directory_iterator(folder)) files.insert(entry.path());
    }
    suite->add(boost::unit_test::make_test_case([files] { BOOST_TEST(!files.empty()); },
                                                "has_goldens", __FILE__, __LINE__));
    for (const fs::path& file : files) {
        suite->add(boost::unit_test::make_test_case([file] { run_golden(file); },
                                                    file.stem().string(), __FILE__, __LINE__));
    }
}

/// Registers before main(), as BOOST_AUTO_TEST_CASE does.
const bool is_registered = [] {
    std::set<std::string_view> seen;
    for (const passes::Pass& pass : passes::default_pipeline()) {
        if (seen.insert(pass.name).second) add_cases(pass);
    }
    return true;
}();

}  // namespace
