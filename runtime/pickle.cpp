#include "runtime/pickle.h"

#include <bit>
#include <cstring>
#include <initializer_list>
#include <string>

#include "runtime/error.h"
#include "runtime/text.h"

namespace lithe {
namespace {

using Kind = PickleValue::Kind;

/// Far above any state_dict, as the tensors' data are elsewhere; a byte can cost 100 bytes of
/// memory.
constexpr size_t largest_pickle = 64 << 20;

enum Opcode : uint8_t {
    mark = '(',
    stop = '.',
    binfloat = 'G',
    binint = 'J',
    binint1 = 'K',
    binint2 = 'M',
    none_value = 'N',
    binpersid = 'Q',
    reduce = 'R',
    binunicode = 'X',
    empty_list = ']',
    append = 'a',
    build = 'b',
    global = 'c',
    appends = 'e',
    binget = 'h',
    long_binget = 'j',
    binput = 'q',
    long_binput = 'r',
    setitem = 's',
    tuple = 't',
    setitems = 'u',
    empty_dict = '}',
    empty_tuple = ')',
    proto = 0x80,
    newobj = 0x81,
    tuple1 = 0x85,
    tuple2 = 0x86,
    tuple3 = 0x87,
    true_value = 0x88,
    false_value = 0x89,
    long1 = 0x8a,
};

class PickleReader {
public:
    PickleReader(std::span<const std::byte> bytes, std::string_view where)
        : bytes_(bytes), where_(where) {}

    Pickle read() {
        while (step()) {
        }
        if (stack_.size() != 1 || !marks_.empty())
            fail("stack", "the pickle ends with open values");
        if (at_ != bytes_.size()) fail("trailing_bytes", "the pickle goes on after its end");
        pickle_.root = stack_[0];
        return std::move(pickle_);
    }

private:
    [[noreturn, gnu::cold, gnu::noinline]] void fail(std::string_view reason,
                                                     std::string_view text) const {
        throw UserError(
            concat({"pickle.", reason}),
            concat({where_, text, " (byte ", decimal(static_cast<int64_t>(opcode_at_)), ")"}));
    }

    // Reading bytes.

    std::span<const std::byte> take(size_t count) {
        if (count > bytes_.size() - at_) fail("truncated", "the pickle ends within an opcode");
        at_ += count;
        return bytes_.subspan(at_ - count, count);
    }

    template <typename Number>
    Number take_number() {
        Number number;
        std::memcpy(&number, take(sizeof(Number)).data(), sizeof(Number));
        return number;
    }

    /// A little-endian integer in two's complement.
    int64_t take_long() {
        const auto digits = take(take_number<uint8_t>());
        if (digits.size() > 8) fail("integer", "the pickle has an integer of more than 64 bits");
        if (digits.empty()) return 0;
        const bool negative = (digits.back() & std::byte{0x80}) != std::byte{0};
        uint64_t value = negative ? ~uint64_t{0} : 0;
        std::memcpy(&value, digits.data(), digits.size());
        return static_cast<int64_t>(value);
    }

    double take_big_endian_double() {
        return std::bit_cast<double>(__builtin_bswap64(take_number<uint64_t>()));
    }

    std::string_view take_text(size_t size) {
        const auto bytes = take(size);
        const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        if (!is_utf8(text)) fail("utf8", "the pickle has a string that is not UTF-8");
        return text;
    }

    /// Two lines: the module and the name.
    std::string_view take_global() {
        const std::string_view rest(reinterpret_cast<const char*>(bytes_.data()) + at_,
                                    bytes_.size() - at_);
        const size_t first = rest.find('\n');
        const size_t second = first == rest.npos ? rest.npos : rest.find('\n', first + 1);
        if (second == rest.npos) fail("truncated", "the pickle ends within an opcode");
        return take_text(second + 1).substr(0, second);
    }

    // The stack, and the memo.

    void push(PickleValue value) {
        stack_.push_back(static_cast<uint32_t>(pickle_.values.size()));
        pickle_.values.push_back(std::move(value));
    }

    /// Where the values begin that belong to the innermost mark.
    size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }

    void need(size_t count) const {
        if (stack_.size() - floor() < count)
            fail("stack", "the pickle takes a value that is not there");
    }

    uint32_t pop() {
        need(1);
        const uint32_t value = stack_.back();
        stack_.pop_back();
        return value;
    }

    PickleValue& top() {
        need(1);
        return pickle_.values[stack_.back()];
    }

    std::vector<uint32_t> pop_last(size_t count) {
        need(count);
        std::vector<uint32_t> values(stack_.end() - static_cast<ptrdiff_t>(count), stack_.end());
        stack_.resize(stack_.size() - count);
        return values;
    }

    std::vector<uint32_t> pop_to_mark() {
        if (marks_.empty()) fail("stack", "the pickle has no mark where one is needed");
        std::vector<uint32_t> values = pop_last(stack_.size() - marks_.back());
        marks_.pop_back();
        return values;
    }

    void put(size_t slot) {
        need(1);
        // Slots are numbered as they are filled, so none is larger than the pickle is long.
        if (slot >= bytes_.size()) fail("memo", "the pickle has a memo slot out of range");
        if (slot >= memo_.size()) memo_.resize(slot + 1, PickleValue::absent);
        memo_[slot] = stack_.back();
    }

    void get(size_t slot) {
        if (slot >= memo_.size() || memo_[slot] == PickleValue::absent) {
            fail("memo", "the pickle reads a memo slot that is empty");
        }
        stack_.push_back(memo_[slot]);
    }

    // Opcodes.

    void push_items(Kind kind, std::vector<uint32_t> items) {
        push({.kind = kind, .items = std::move(items)});
    }

    void extend(const std::vector<uint32_t>& items) {
        PickleValue& list = top();
        if (list.kind != Kind::list)
            fail("type", "the pickle appends to something that is no list");
        list.items.insert(list.items.end(), items.begin(), items.end());
    }

    void set_items(const std::vector<uint32_t>& items) {
        PickleValue& dict = top();
        if (dict.kind != Kind::dict && dict.kind != Kind::call) {
            fail("type", "the pickle sets items of something that is no dict");
        }
        if (items.size() % 2 != 0) fail("stack", "the pickle sets a key without a value");
        dict.items.insert(dict.items.end(), items.begin(), items.end());
    }

    void call() {
        const uint32_t argument = pop();
        const uint32_t callee = pop();
        if (pickle_[callee].kind != Kind::global || pickle_[argument].kind != Kind::tuple) {
            fail("type", "the pickle calls something that is no global name");
        }
        push({.kind = Kind::call, .callee = callee, .argument = argument});
    }

    void set_state() {
        const uint32_t state = pop();
        PickleValue& object = top();
        if (object.kind != Kind::call || object.state != PickleValue::absent) {
            fail("type", "the pickle sets the state of something that has none");
        }
        object.state = state;
    }

    void check_protocol() {
        const int protocol = take_number<uint8_t>();
        if (protocol != 2) {
            fail("protocol",
                 concat({"the pickle has protocol ", decimal(protocol), " instead of 2"}));
        }
    }

    [[noreturn, gnu::cold]] void fail_opcode(uint8_t opcode) const {
        const char character = static_cast<char>(opcode);
        fail("opcode", concat({"the pickle uses opcode ", quote({&character, 1}),
                               ", which a state_dict does not need"}));
    }

    /// Returns false at the end.
    bool step() {
        opcode_at_ = at_;
        const auto opcode = take_number<uint8_t>();
        if (opcode == stop) return false;
        if (!push_constant(opcode) && !build_container(opcode)) other(opcode);
        return true;
    }

    bool push_constant(uint8_t opcode) {
        switch (opcode) {
            case none_value:
                push({.kind = Kind::none});
                return true;
            case true_value:
                push({.kind = Kind::boolean, .number = 1});
                return true;
            case false_value:
                push({.kind = Kind::boolean, .number = 0});
                return true;
            case binint:
                push({.kind = Kind::integer, .number = take_number<int32_t>()});
                return true;
            case binint1:
                push({.kind = Kind::integer, .number = take_number<uint8_t>()});
                return true;
            case binint2:
                push({.kind = Kind::integer, .number = take_number<uint16_t>()});
                return true;
            case long1:
                push({.kind = Kind::integer, .number = take_long()});
                return true;
            case binfloat:
                push({.kind = Kind::real, .real = take_big_endian_double()});
                return true;
            case binunicode:
                push({.kind = Kind::string, .text = take_text(take_number<uint32_t>())});
                return true;
            case global:
                push({.kind = Kind::global, .text = take_global()});
                return true;
            default:
                return false;
        }
    }

    bool build_container(uint8_t opcode) {
        switch (opcode) {
            case empty_tuple:
                push_items(Kind::tuple, {});
                return true;
            case empty_list:
                push_items(Kind::list, {});
                return true;
            case empty_dict:
                push_items(Kind::dict, {});
                return true;
            case tuple:
                push_items(Kind::tuple, pop_to_mark());
                return true;
            case tuple1:
                push_items(Kind::tuple, pop_last(1));
                return true;
            case tuple2:
                push_items(Kind::tuple, pop_last(2));
                return true;
            case tuple3:
                push_items(Kind::tuple, pop_last(3));
                return true;
            case append:
                extend(pop_last(1));
                return true;
            case appends:
                extend(pop_to_mark());
                return true;
            case setitem:
                set_items(pop_last(2));
                return true;
            case setitems:
                set_items(pop_to_mark());
                return true;
            default:
                return false;
        }
    }

    void other(uint8_t opcode) {
        switch (opcode) {
            case proto:
                return check_protocol();
            case mark:
                return marks_.push_back(stack_.size());
            case reduce:
            case newobj:  // a class instead of a function, called with its arguments
                return call();
            case build:
                return set_state();
            case binpersid:
                return push({.kind = Kind::persistent, .argument = pop()});
            case binput:
                return put(take_number<uint8_t>());
            case long_binput:
                return put(take_number<uint32_t>());
            case binget:
                return get(take_number<uint8_t>());
            case long_binget:
                return get(take_number<uint32_t>());
            default:
                fail_opcode(opcode);
        }
    }

    std::span<const std::byte> bytes_;
    std::string_view where_;
    size_t at_ = 0;
    size_t opcode_at_ = 0;
    Pickle pickle_;
    std::vector<uint32_t> stack_;
    std::vector<size_t> marks_;
    std::vector<uint32_t> memo_;
};

}  // namespace

Pickle read_pickle(std::span<const std::byte> bytes, std::string_view where) {
    if (bytes.size() > largest_pickle) {
        throw UserError(
            "pickle.size",
            concat({where, "the pickle of ", std::to_string(bytes.size()),
                    " bytes is larger than the limit of ", std::to_string(largest_pickle)}));
    }
    return PickleReader(bytes, where).read();
}

}  // namespace lithe
