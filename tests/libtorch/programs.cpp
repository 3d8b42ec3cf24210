// Programs as LibTorch's users write them say what they said when LibTorch ran them. The headers in
// programs/ compile with both; recorded/ holds LibTorch's output (tests/libtorch/record.py).
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/libtorch/programs/creation.h"
#include "tests/libtorch/programs/data.h"
#include "tests/libtorch/programs/functional.h"
#include "tests/libtorch/programs/in_place.h"
#include "tests/libtorch/programs/indexing.h"
#include "tests/libtorch/programs/modules.h"
#include "tests/libtorch/programs/saving.h"
#include "tests/libtorch/programs/training.h"
#include "tests/paths.h"

namespace {

using programs::Log;

std::vector<std::string> words_of(std::istream& text) {
    std::vector<std::string> words;
    for (std::string word; text >> word;) words.push_back(word);
    return words;
}

/// Numbers are written with four digits, of which the last may differ by two.
bool agree(const std::string& got, const std::string& want) {
    if (got == want) return true;
    char* got_rest = nullptr;
    char* want_rest = nullptr;
    const double a = std::strtod(got.c_str(), &got_rest);
    const double b = std::strtod(want.c_str(), &want_rest);
    if (got_rest == got.c_str() || want_rest == want.c_str()) return false;
    return std::string(got_rest) == want_rest && std::abs(a - b) <= 2e-3 * std::abs(b) + 1e-6;
}

void check_program(const std::string& name, const std::function<void(Log&)>& program) {
    Log log;
    program(log);
    std::ifstream recorded(std::string(lithe::tests::source_dir) + "/tests/libtorch/recorded/" +
                           name + ".txt");
    BOOST_REQUIRE(recorded);
    std::istringstream text(log.text());
    const std::vector<std::string> got = words_of(text), want = words_of(recorded);
    BOOST_REQUIRE(!want.empty());
    for (size_t i = 0; i < std::min(got.size(), want.size()); ++i) {
        if (agree(got[i], want[i])) continue;
        BOOST_FAIL(name << ": word " << i << " is '" << got[i] << "', LibTorch wrote '" << want[i]
                        << "'\n"
                        << log.text());
    }
    BOOST_CHECK_EQUAL(got.size(), want.size());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(libtorch_programs)

BOOST_AUTO_TEST_CASE(make_tensors) { check_program("make_tensors", programs::make_tensors); }
BOOST_AUTO_TEST_CASE(read_tensors) { check_program("read_tensors", programs::read_tensors); }
BOOST_AUTO_TEST_CASE(compute_with_tensors) {
    check_program("compute_with_tensors", programs::compute_with_tensors);
}
BOOST_AUTO_TEST_CASE(index_tensors) { check_program("index_tensors", programs::index_tensors); }
BOOST_AUTO_TEST_CASE(write_by_index) { check_program("write_by_index", programs::write_by_index); }
BOOST_AUTO_TEST_CASE(reshape_in_place) {
    check_program("reshape_in_place", programs::reshape_in_place);
}
BOOST_AUTO_TEST_CASE(write_in_place) { check_program("write_in_place", programs::write_in_place); }
BOOST_AUTO_TEST_CASE(ask_tensors) { check_program("ask_tensors", programs::ask_tensors); }
BOOST_AUTO_TEST_CASE(train) { check_program("train", programs::train); }
BOOST_AUTO_TEST_CASE(try_optimizers) { check_program("try_optimizers", programs::try_optimizers); }
BOOST_AUTO_TEST_CASE(use_param_groups) {
    check_program("use_param_groups", programs::use_param_groups);
}
BOOST_AUTO_TEST_CASE(take_gradients) { check_program("take_gradients", programs::take_gradients); }
BOOST_AUTO_TEST_CASE(use_functions_of_ones_own) {
    check_program("use_functions_of_ones_own", programs::use_functions_of_ones_own);
}
BOOST_AUTO_TEST_CASE(load_batches) { check_program("load_batches", programs::load_batches); }
BOOST_AUTO_TEST_CASE(load_in_other_ways) {
    check_program("load_in_other_ways", programs::load_in_other_ways);
}
BOOST_AUTO_TEST_CASE(list_members) { check_program("list_members", programs::list_members); }
BOOST_AUTO_TEST_CASE(use_containers) { check_program("use_containers", programs::use_containers); }
BOOST_AUTO_TEST_CASE(initialize) { check_program("initialize", programs::initialize); }
BOOST_AUTO_TEST_CASE(call_functionals) {
    check_program("call_functionals", programs::call_functionals);
}
BOOST_AUTO_TEST_CASE(call_losses) { check_program("call_losses", programs::call_losses); }
BOOST_AUTO_TEST_CASE(save_and_load) {
    const auto folder = std::filesystem::temp_directory_path() / "lithe_libtorch_programs";
    std::filesystem::create_directories(folder);
    check_program("save_and_load",
                  [&](Log& log) { programs::save_and_load(log, folder.string()); });
}

BOOST_AUTO_TEST_SUITE_END()
