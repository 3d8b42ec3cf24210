#include "runtime/thread_place.h"

#include <boost/test/unit_test.hpp>
#include <thread>

#if defined(__linux__)
#include <sched.h>
#endif

using namespace lithe;

BOOST_AUTO_TEST_SUITE(runtime_thread_place, *boost::unit_test::label("threads"))

#if defined(__linux__)

namespace {

cpu_set_t affinity() {
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    BOOST_REQUIRE_EQUAL(sched_getaffinity(0, sizeof cpus, &cpus), 0);
    return cpus;
}

/// Brings the calling thread to `cpu`; it may leave it again.
void go_to(int cpu, const cpu_set_t& allowed) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    BOOST_REQUIRE_EQUAL(sched_setaffinity(0, sizeof one, &one), 0);
    BOOST_REQUIRE_EQUAL(sched_setaffinity(0, sizeof allowed, &allowed), 0);
}

}  // namespace

BOOST_AUTO_TEST_CASE(threads_that_meet_part) {
    const cpu_set_t allowed = affinity();
    if (CPU_COUNT(&allowed) < 2) {
        BOOST_TEST_MESSAGE("one CPU: nowhere to go");
        return;
    }
    ThreadPlaces places(2);
    int met = -1, left = -1;
    bool keeps_affinity = false;
    std::thread([&] {
        met = sched_getcpu();
        go_to(met, allowed);
        places.arrive(0);
        // The other is started from here and works here, too; this one sleeps meanwhile.
        std::thread([&] {
            go_to(met, allowed);
            places.arrive_alone(1);
            left = sched_getcpu();
            const cpu_set_t now = affinity();
            keeps_affinity = CPU_EQUAL(&now, &allowed);
        }).join();
    }).join();
    BOOST_TEST(left != met);
    BOOST_TEST(keeps_affinity);
}

BOOST_AUTO_TEST_CASE(stays_where_there_is_one_cpu) {
    cpu_set_t one;
    CPU_ZERO(&one);
    int before = -1, after = -1;
    std::thread([&] {
        before = sched_getcpu();
        CPU_SET(before, &one);
        BOOST_REQUIRE_EQUAL(sched_setaffinity(0, sizeof one, &one), 0);
        ThreadPlaces places(2);
        places.arrive(0);
        places.arrive_alone(1);
        after = sched_getcpu();
        const cpu_set_t now = affinity();
        BOOST_TEST(CPU_EQUAL(&now, &one));
    }).join();
    BOOST_TEST(after == before);
}

#endif

BOOST_AUTO_TEST_SUITE_END()
