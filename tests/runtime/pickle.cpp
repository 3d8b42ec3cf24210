#include "runtime/pickle.h"

#include <boost/test/unit_test.hpp>

#include "tests/runtime/support.h"

using namespace lithe;
using namespace lithe::tests;
using namespace std::string_literals;
using Kind = PickleValue::Kind;

namespace {

/// Reads one value and gives it as Python would print it.
class Printer {
public:
    explicit Printer(const Pickle& pickle) : pickle_(pickle) {}

    std::string print(uint32_t index) const {
        const PickleValue& value = pickle_[index];
        switch (value.kind) {
            case Kind::none:
                return "None";
            case Kind::boolean:
                return value.number != 0 ? "True" : "False";
            case Kind::integer:
                return std::to_string(value.number);
            case Kind::real:
                return std::to_string(value.real);
            case Kind::string:
                return "'" + std::string(value.text) + "'";
            case Kind::tuple:
                return "(" + print_items(value) + ")";
            case Kind::list:
                return "[" + print_items(value) + "]";
            case Kind::dict:
                return "{" + print_items(value) + "}";
            case Kind::global:
                return "<" + std::string(value.text) + ">";
            case Kind::persistent:
                return "id" + print(value.argument);
            case Kind::call:
                break;
        }
        std::string text = print(value.callee) + print(value.argument);
        if (!value.items.empty()) text += "{" + print_items(value) + "}";
        if (value.state != PickleValue::absent) text += "." + print(value.state);
        return text;
    }

private:
    std::string print_items(const PickleValue& value) const {
        std::string text;
        for (uint32_t item : value.items) text += (text.empty() ? "" : " ") + print(item);
        return text;
    }

    const Pickle& pickle_;
};

std::string read(const std::string& bytes) {
    const ExactCopy copy(bytes);
    try {
        const Pickle pickle = read_pickle(copy.bytes(), "w: ");
        return Printer(pickle).print(pickle.root);
    } catch (const UserError& error) {
        return error.what();
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(runtime_pickle)

BOOST_AUTO_TEST_CASE(constants) {
    BOOST_CHECK_EQUAL(read("\x80\x02N."), "None");
    BOOST_CHECK_EQUAL(read("\x88."), "True");
    BOOST_CHECK_EQUAL(read("\x89."), "False");
    BOOST_CHECK_EQUAL(read("K\xFF."), "255");
    BOOST_CHECK_EQUAL(read("M\x01\x02."), "513");
    BOOST_CHECK_EQUAL(read("J\xFE\xFF\xFF\xFF."), "-2");
    BOOST_CHECK_EQUAL(read("\x8A\x00."s), "0");
    BOOST_CHECK_EQUAL(read("\x8A\x01\xFF."), "-1");
    BOOST_CHECK_EQUAL(read("\x8A\x06\x00\x00\x00\x00\x00\x01."s), "1099511627776");
    BOOST_CHECK_EQUAL(read("G\xBF\xE0\x00\x00\x00\x00\x00\x00."s), "-0.500000");
    BOOST_CHECK_EQUAL(read("X\x03\x00\x00\x00"s
                           "abc."),
                      "'abc'");
    BOOST_CHECK_EQUAL(read("cos\nsystem\n."), "<os\nsystem>");
}

BOOST_AUTO_TEST_CASE(containers) {
    BOOST_CHECK_EQUAL(read(")."), "()");
    BOOST_CHECK_EQUAL(read("K\x01\x85."), "(1)");
    BOOST_CHECK_EQUAL(read("K\x01K\x02\x86."), "(1 2)");
    BOOST_CHECK_EQUAL(read("K\x01K\x02K\x03\x87."), "(1 2 3)");
    BOOST_CHECK_EQUAL(read("(K\x01(Ntt."), "(1 (None))");
    BOOST_CHECK_EQUAL(read("]K\x01"
                           "a(K\x02K\x03"
                           "e."),
                      "[1 2 3]");
    BOOST_CHECK_EQUAL(read("}K\x01K\x02s(K\x03K\x04u."), "{1 2 3 4}");
}

BOOST_AUTO_TEST_CASE(calls_are_written_down) {
    BOOST_CHECK_EQUAL(read("cos\nsystem\nK\x01\x85R."), "<os\nsystem>(1)");
    BOOST_CHECK_EQUAL(read("ca\nb\n)RK\x01K\x02s}b."), "<a\nb>(){1 2}.{}");
    BOOST_CHECK_EQUAL(read("K\x05\x85Q."), "id(5)");
}

BOOST_AUTO_TEST_CASE(the_memo_gives_values_back) {
    BOOST_CHECK_EQUAL(read("K\x07q\x00h\x00\x86."s), "(7 7)");
    BOOST_CHECK_EQUAL(read("K\x07r\x03\x00\x00\x00j\x03\x00\x00\x00\x86."s), "(7 7)");
}

BOOST_AUTO_TEST_CASE(damage_is_refused) {
    BOOST_CHECK_EQUAL(read(""), "w: the pickle ends within an opcode (byte 0) [pickle.truncated]");
    BOOST_CHECK_EQUAL(read("NX\x09\x00\x00\x00"s
                           "abc"),
                      "w: the pickle ends within an opcode (byte 1) [pickle.truncated]");
    BOOST_CHECK_EQUAL(read("cos\nsystem"),
                      "w: the pickle ends within an opcode (byte 0) [pickle.truncated]");
    BOOST_CHECK_EQUAL(read("\x80\x04N."),
                      "w: the pickle has protocol 4 instead of 2 (byte 0) [pickle.protocol]");
    BOOST_CHECK_EQUAL(
        read("N\x93."),
        "w: the pickle uses opcode '\\x93', which a state_dict does not need (byte 1) "
        "[pickle.opcode]");
    BOOST_CHECK_EQUAL(read("N.N"),
                      "w: the pickle goes on after its end (byte 1) [pickle.trailing_bytes]");
    BOOST_CHECK_EQUAL(read("X\x01\x00\x00\x00\xFF."s),
                      "w: the pickle has a string that is not UTF-8 (byte 0) [pickle.utf8]");
    BOOST_CHECK_EQUAL(
        read("\x8A\x09"
             "123456789."),
        "w: the pickle has an integer of more than 64 bits (byte 0) [pickle.integer]");
}

BOOST_AUTO_TEST_CASE(the_stack_is_guarded) {
    const std::string missing = "w: the pickle takes a value that is not there (byte ";
    BOOST_CHECK_EQUAL(read("\x85."), missing + "0) [pickle.stack]");
    BOOST_CHECK_EQUAL(read("NN\x87."), missing + "2) [pickle.stack]");
    BOOST_CHECK_EQUAL(read("N(\x85."), missing + "2) [pickle.stack]");
    BOOST_CHECK_EQUAL(read("q\x01."), missing + "0) [pickle.stack]");
    BOOST_CHECK_EQUAL(read("(R."), missing + "1) [pickle.stack]");
    BOOST_CHECK_EQUAL(read("}Ns."), missing + "2) [pickle.stack]");
    BOOST_CHECK_EQUAL(read("t."),
                      "w: the pickle has no mark where one is needed (byte 0) [pickle.stack]");
    BOOST_CHECK_EQUAL(read("}(Nu."),
                      "w: the pickle sets a key without a value (byte 3) [pickle.stack]");
    BOOST_CHECK_EQUAL(read("NN."), "w: the pickle ends with open values (byte 2) [pickle.stack]");
    BOOST_CHECK_EQUAL(read("."), "w: the pickle ends with open values (byte 0) [pickle.stack]");
    BOOST_CHECK_EQUAL(read("N(."), "w: the pickle ends with open values (byte 2) [pickle.stack]");
}

BOOST_AUTO_TEST_CASE(types_and_memo_slots_are_checked) {
    BOOST_CHECK_EQUAL(read("NNa."),
                      "w: the pickle appends to something that is no list (byte 2) [pickle.type]");
    BOOST_CHECK_EQUAL(
        read("]NNs."),
        "w: the pickle sets items of something that is no dict (byte 3) [pickle.type]");
    BOOST_CHECK_EQUAL(
        read("N)R."),
        "w: the pickle calls something that is no global name (byte 2) [pickle.type]");
    BOOST_CHECK_EQUAL(
        read("}}b."),
        "w: the pickle sets the state of something that has none (byte 2) [pickle.type]");
    BOOST_CHECK_EQUAL(read("h\x05."),
                      "w: the pickle reads a memo slot that is empty (byte 0) [pickle.memo]");
    BOOST_CHECK_EQUAL(read("Nr\xFF\xFF\xFF\xFF."),
                      "w: the pickle has a memo slot out of range (byte 1) [pickle.memo]");
}

BOOST_AUTO_TEST_SUITE_END()
