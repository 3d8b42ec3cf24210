#pragma once

#include <boost/test/unit_test.hpp>
#include <string_view>

namespace lithe::tests {

/// Whether only a sample of many alike cases is wanted: `lithe_tests ... -- --sample`. The fast run
/// asks for it; the slow run takes all of the cases with the label "sampled".
inline bool wants_sample() {
    const auto& suite = boost::unit_test::framework::master_test_suite();
    for (int i = 1; i < suite.argc; ++i) {
        if (suite.argv[i] == std::string_view("--sample")) return true;
    }
    return false;
}

/// Says of each case in turn whether the run takes it: all, or one of `each`, the first among them.
/// `each` and the lengths of inner loops have no divisor in common, so that every value of those
/// loops has its turn.
class Sample {
public:
    explicit Sample(int each) : each_(wants_sample() ? each : 1) {
        const auto& test = boost::unit_test::framework::current_test_case();
        BOOST_REQUIRE_MESSAGE(test.has_label("sampled"), "else the slow run leaves the rest out");
    }
    bool takes() { return count_++ % each_ == 0; }

private:
    int each_, count_ = 0;
};

}  // namespace lithe::tests
