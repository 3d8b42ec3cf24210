#include "tests/errors/cases.h"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <vector>

#include "tests/paths.h"

namespace lithe::tests {
namespace {

namespace fs = std::filesystem;

std::map<std::string, std::vector<std::function<void()>>>& all_cases() {
    static std::map<std::string, std::vector<std::function<void()>>> cases;
    return cases;
}

fs::path goldens() { return fs::path(source_dir) / "tests" / "errors"; }

bool is_updating() {
    const auto& suite = boost::unit_test::framework::master_test_suite();
    for (int i = 1; i < suite.argc; ++i) {
        if (std::string_view("--update-goldens") == suite.argv[i]) return true;
    }
    return false;
}

/// Without what differs from machine to machine and from edit to edit: folders, lines of tests.
std::string lasting(std::string text) {
    const std::string folder = error_folder() / "";
    for (size_t at = text.find(folder); at != text.npos; at = text.find(folder, at)) {
        text.replace(at, folder.size(), "{folder}/");
    }
    return std::regex_replace(text, std::regex(R"((\w+\.(cpp|h)):\d+)"), "$1:LINE");
}

void check_id(const std::string& id) {
    std::string whole;
    for (const std::function<void()>& make_mistake : all_cases().at(id)) {
        if (!whole.empty()) whole += "----\n";
        try {
            make_mistake();
            BOOST_FAIL("nothing was thrown after\n" << whole);
        } catch (const Error& error) {
            BOOST_TEST(error.id() == id);
            whole += lasting(error.what()) + "\n";
        }
    }
    const fs::path path = goldens() / (id + ".txt");
    if (is_updating()) {
        if (read_text(path.string()) != whole) write_text(path.string(), whole);
        return;
    }
    BOOST_TEST(read_text(path.string()) == whole);
}

boost::unit_test::test_suite& suite() {
    static auto* errors = [] {
        auto* made = new boost::unit_test::test_suite("errors", __FILE__, __LINE__);
        boost::unit_test::framework::master_test_suite().add(made);
        made->add(boost::unit_test::make_test_case(
            [] {
                for (const auto& entry : fs::directory_iterator(goldens())) {
                    const std::string id = entry.path().stem().string();
                    if (entry.path().extension() != ".txt") continue;
                    // tests/tools/test_lithe_command.py has these
                    if (id.starts_with("tool.") || id == "tuning.file") continue;
                    BOOST_TEST(all_cases().contains(id), entry.path() << " has no case");
                }
            },
            "every_golden_has_a_case", __FILE__, __LINE__));
        return made;
    }();
    return *errors;
}

}  // namespace

ErrorCases::ErrorCases(std::initializer_list<ErrorCase> cases) {
    for (const ErrorCase& each : cases) {
        auto& known = all_cases()[each.id];
        known.push_back(each.make_mistake);
        if (known.size() > 1) continue;
        suite().add(boost::unit_test::make_test_case([id = each.id] { check_id(id); }, each.id,
                                                     __FILE__, __LINE__));
    }
}

const TemporaryFolder& error_folder() {
    static const TemporaryFolder folder;
    return folder;
}

std::string error_file(std::string_view name, std::string_view content) {
    const std::string path = error_folder() / name;
    write_text(path, content);
    return path;
}

}  // namespace lithe::tests
