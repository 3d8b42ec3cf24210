// What lithe-reflect says: every folder here with an expected.txt holds an input.cpp and the whole
// output for it. `lithe_tests --run_test=reflect -- --update-goldens` writes the outputs anew.

#include <sys/wait.h>

#include <algorithm>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "tests/paths.h"

namespace {

namespace fs = std::filesystem;

const fs::path folder = fs::path(lithe::tests::source_dir) / "tests/reflect";

std::string read(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

void write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

/// A folder of its own for each test, so that tests may run side by side.
struct Scratch {
    Scratch() {
        const auto& test = boost::unit_test::framework::current_test_case();
        path = fs::path(lithe::tests::build_dir) / "reflect_scratch" / std::to_string(test.p_id);
        fs::remove_all(path);
        fs::create_directories(path);
    }
    ~Scratch() { fs::remove_all(path); }
    fs::path path;
};

struct Run {
    int status;
    std::string output;  ///< and errors
};

/// Runs lithe-reflect in `where`; the stub stands for lithe.
Run run_tool(const fs::path& where, const std::string& arguments, const Scratch& scratch) {
    const fs::path output = scratch.path / "output.txt";
    const std::string command = "cd '" + where.string() + "' && '" + lithe::tests::build_dir +
                                "/lithe-reflect' " + arguments + " -I'" +
                                (folder / "stub").string() + "' -I'" + lithe::tests::source_dir +
                                "' > '" + output.string() + "' 2>&1";
    const int status = std::system(command.c_str());
    return {WEXITSTATUS(status), read(output)};
}

/// What the tool says of a folder's source, and the source as its fix-its want it; run once.
struct Golden {
    Run run;
    std::string fixed;
};
const Golden& golden_of(const std::string& name, const Scratch& scratch) {
    static std::map<std::string, Golden> all;
    const auto [at, is_new] = all.try_emplace(name);
    if (is_new) {
        const fs::path fixed = scratch.path / "fixed.cpp";
        at->second.run = run_tool(folder / name,
                                  "input.cpp --fixed '" + fixed.string() + "' -o '" +
                                      (scratch.path / "out.inc").string() + "' --",
                                  scratch);
        at->second.fixed = read(fixed);
    }
    return at->second;
}

std::vector<std::string> golden_folders() {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (fs::exists(entry.path() / "input.cpp")) {
            names.push_back(entry.path().filename().string());
        }
    }
    std::sort(names.begin(), names.end());
    return names;
}

/// Sources one after another, after what they include; each but the last in a namespace of its own.
std::string in_one(const std::vector<std::string>& sources) {
    std::string includes, all;
    for (size_t i = 0; i < sources.size(); ++i) {
        std::istringstream lines(sources[i]);
        const bool is_last = i + 1 == sources.size();
        if (!is_last) all += "namespace part_" + std::to_string(i) + " {\n";
        for (std::string line; std::getline(lines, line);) {
            (line.starts_with("#include") ? includes : all) += line + "\n";
        }
        if (!is_last) all += "}\n";
    }
    return includes + all;
}

bool updates_goldens() {
    const auto& suite = boost::unit_test::framework::master_test_suite();
    return std::find(suite.argv, suite.argv + suite.argc, std::string("--update-goldens")) !=
           suite.argv + suite.argc;
}

BOOST_AUTO_TEST_SUITE(reflect, *boost::unit_test::label("long"))

BOOST_DATA_TEST_CASE(diagnostics, boost::unit_test::data::make(golden_folders()), name) {
    const Scratch scratch;
    const Run& run = golden_of(name, scratch).run;
    const fs::path expected = folder / name / "expected.txt";
    if (updates_goldens()) write(expected, run.output);
    BOOST_TEST(run.output == read(expected));
    BOOST_TEST(run.status == 0);
    BOOST_TEST(run.output.find("[reflect." + name + "]") != std::string::npos);
}

/// The source as the fix-its want it is golden too.
BOOST_DATA_TEST_CASE(fixes, boost::unit_test::data::make(golden_folders()), name) {
    const Scratch scratch;
    const std::string fixed = golden_of(name, scratch).fixed;
    const fs::path source = folder / name / "input.cpp", golden = folder / name / "fixed.txt";
    if (updates_goldens() && fixed != read(source)) write(golden, fixed);
    BOOST_TEST(fixed == read(fs::exists(golden) ? golden : source));
}

/// The sources that have fix-its, all in one, and so read once: what is fixed stays as it is.
BOOST_AUTO_TEST_CASE(what_is_fixed_has_no_fix_any_more) {
    const Scratch scratch;
    std::vector<std::string> sources, fixed;
    for (const std::string& name : golden_folders()) {
        const fs::path golden = folder / name / "fixed.txt";
        if (!fs::exists(golden)) continue;
        sources.push_back(read(folder / name / "input.cpp"));
        fixed.push_back(read(golden));
    }
    BOOST_TEST(fixed.size() > 3);
    const std::string want = in_one(fixed);
    for (const std::string& source : {in_one(sources), want}) {
        write(scratch.path / "all.cpp", source);
        const Run run = run_tool(scratch.path,
                                 "all.cpp --fixed '" + (scratch.path / "fixed.cpp").string() +
                                     "' -o '" + (scratch.path / "out.inc").string() + "' --",
                                 scratch);
        BOOST_TEST(run.status == 0, run.output);
        BOOST_TEST(read(scratch.path / "fixed.cpp") == want);
    }
}

BOOST_AUTO_TEST_CASE(warnings_can_be_errors) {
    const Scratch scratch;
    const Run run =
        run_tool(folder / "raw_pointer",
                 "input.cpp -o '" + (scratch.path / "out.inc").string() + "' --werror --", scratch);
    BOOST_TEST(run.status == 1);
    BOOST_TEST(run.output.find("error: the module that 'new' makes") != std::string::npos);
    BOOST_TEST(!fs::exists(scratch.path / "out.inc"));
}

BOOST_AUTO_TEST_CASE(a_warning_can_be_turned_off) {
    const Scratch scratch;
    const Run run = run_tool(folder / "raw_pointer",
                             "input.cpp -o '" + (scratch.path / "out.inc").string() +
                                 "' --werror --disable=reflect.raw_pointer --",
                             scratch);
    BOOST_TEST(run.status == 0);
    BOOST_TEST(run.output == "");
}

BOOST_AUTO_TEST_CASE(what_does_not_compile_is_the_compilers_error) {
    const Scratch scratch;
    write(scratch.path / "broken.cpp", "int x = y;\n");
    const Run run = run_tool(scratch.path, "broken.cpp -o out.inc --", scratch);
    BOOST_TEST(run.status == 1);
    BOOST_TEST(run.output.find("broken.cpp:1:9: error: use of undeclared identifier 'y'") !=
               std::string::npos);
    BOOST_TEST(!fs::exists(scratch.path / "out.inc"));
}

BOOST_AUTO_TEST_CASE(errors_in_libraries_that_follow_the_authors_are_not_told) {
    const Scratch scratch;
    fs::create_directories(scratch.path / "library");
    write(scratch.path / "library/hold.h",
          "template <class T> struct Hold { typename T::Wanted wanted; };\n");
    write(scratch.path / "a.cpp",
          "#include \"library/hold.h\"\n"
          "struct Net {};\n"
          "Hold<Net> net;\n");
    const auto errors_of = [&](const std::string& extra) {
        const Run run = run_tool(
            scratch.path,
            "a.cpp -o a.inc --skip-path='" + (scratch.path / "library").string() + "' -- " + extra,
            scratch);
        BOOST_TEST(run.status == 1);
        size_t count = 0;
        for (size_t at = run.output.find(" error: "); at != std::string::npos;
             at = run.output.find(" error: ", at + 1)) {
            ++count;
        }
        return count;
    };
    BOOST_TEST(errors_of("") == 1u);  // alone, it is told
    write(scratch.path / "a.cpp",
          "#include \"library/hold.h\"\n"
          "struct Net { Unknown x; };\n"
          "Hold<Net> net;\n");
    BOOST_TEST(errors_of("") == 1u);
}

BOOST_AUTO_TEST_CASE(a_save_that_takes_no_module_is_explained) {
    const Scratch scratch;
    write(scratch.path / "a.cpp",
          "#include <lithe/lithe.h>\n"
          "namespace lithe::one { void save(int, const char*); }\n"
          "namespace lithe::two { using one::save; void save(float, const char*); }\n"
          "void f(lithe::nn::Linear fc) { lithe::one::save(fc, \"fc.pt\"); }\n"
          "void g(lithe::nn::Linear fc) { lithe::two::save(fc, \"fc.pt\"); }\n");
    const Run run = run_tool(scratch.path, "a.cpp -o a.inc --", scratch);
    BOOST_TEST(run.status == 1);
    for (const char* expected : {"a.cpp:4:49: error: no viable conversion",
                                 "a.cpp:4:49: warning: save() of a whole module",
                                 "a.cpp:5:32: error: no matching function for call to 'save'",
                                 "a.cpp:5:49: warning: save() of a whole module"}) {
        BOOST_TEST(run.output.find(expected) != std::string::npos, expected);
    }
}

BOOST_AUTO_TEST_CASE(a_missing_source_is_an_error) {
    const Scratch scratch;
    const Run run = run_tool(scratch.path, "missing.cpp -o out.inc --", scratch);
    BOOST_TEST(run.status == 1);
    BOOST_TEST(run.output.find("missing.cpp") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_output_that_cannot_be_written_is_an_error) {
    const Scratch scratch;
    write(scratch.path / "empty.cpp", "");
    const Run run = run_tool(scratch.path, "empty.cpp -o no/such/folder/out.inc --", scratch);
    BOOST_TEST(run.status == 1);
    BOOST_TEST(run.output.find("[reflect.output]") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_source_without_modules_gets_an_empty_registration) {
    const Scratch scratch;
    write(scratch.path / "plain.cpp", "int main() {}\n");
    const Run run = run_tool(scratch.path, "plain.cpp -o out.inc --", scratch);
    BOOST_TEST(run.status == 0);
    BOOST_TEST(read(scratch.path / "out.inc") ==
               "// Written by lithe-reflect; to be included at the end of plain.cpp.\n");
}

BOOST_AUTO_TEST_CASE(the_depfile_names_the_headers) {
    const Scratch scratch;
    write(scratch.path / "own.h", "#include <lithe/lithe.h>\n");
    write(scratch.path / "a.cpp", "#include \"own.h\"\n");
    const Run run = run_tool(scratch.path, "a.cpp -o a.inc --depfile a.d --", scratch);
    BOOST_TEST(run.status == 0);
    const std::string rules = read(scratch.path / "a.d");
    BOOST_TEST(rules.starts_with("a.inc: a.cpp"));
    BOOST_TEST(rules.find("own.h") != std::string::npos);
    BOOST_TEST(rules.find("stub/lithe/lithe.h") != std::string::npos);
    run_tool(scratch.path, "a.cpp -o 'a b$.inc' --depfile a.d --", scratch);
    BOOST_TEST(read(scratch.path / "a.d").starts_with("a\\ b$$.inc: a.cpp"));
}

BOOST_AUTO_TEST_CASE(flags_that_do_not_matter_for_parsing_are_passed_over) {
    const Scratch scratch;
    write(scratch.path / "flags.txt", "-DVALUE=\"a b\"\n-fno-semantic-interposition\n");
    write(scratch.path / "a.cpp",
          "#if !defined(OTHER) || __cplusplus < 202302L\n#error\n#endif\n"
          "const char* text = VALUE;\n");
    const Run run = run_tool(scratch.path,
                             "a.cpp -o a.inc --flags-file=flags.txt -- -DOTHER -std=c++23 -O3 "
                             "-fconcepts-diagnostics-depth=3 -Wnonsense -fno-gnu-unique",
                             scratch);
    BOOST_TEST(run.status == 0);
    BOOST_TEST(run.output == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
