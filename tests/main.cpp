#define BOOST_TEST_MODULE lithe
#include <boost/test/unit_test.hpp>
