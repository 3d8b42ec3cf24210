#include "runtime/cpu.h"

#include <boost/test/unit_test.hpp>

#include "runtime/error.h"

using namespace lithe;

BOOST_AUTO_TEST_SUITE(runtime_cpu)

BOOST_AUTO_TEST_CASE(this_cpu_runs_what_every_cpu_runs) {
    BOOST_CHECK_NO_THROW(check_cpu(""));
    BOOST_CHECK_NO_THROW(check_cpu("host:"));
#if defined(__x86_64__)
    BOOST_CHECK_NO_THROW(check_cpu("x86-64"));
    BOOST_CHECK_EQUAL(__builtin_cpu_supports("avx2") != 0, [] {
        try {
            check_cpu("host:x86-64,avx2");
            return true;
        } catch (const UserError&) {
            return false;
        }
    }());
#endif
}

BOOST_AUTO_TEST_CASE(what_is_missing_is_named) {
    const auto error = [](std::string_view target) -> std::string {
        try {
            check_cpu(target);
        } catch (const UserError& e) {
            return e.what();
        }
        return "no error";
    };
    BOOST_CHECK_EQUAL(error("riscv64"),
                      "model: compiled for 'riscv64', but this CPU is none [model.cpu]");
    BOOST_CHECK_EQUAL(
        error("host:avx9000,fma"),
        "model: compiled for 'host:avx9000,fma', but this CPU has no 'avx9000' [model.cpu]");
}

BOOST_AUTO_TEST_SUITE_END()
