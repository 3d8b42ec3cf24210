#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace lithe {

/// What a pickle would build, as data: calls are written down, never made.
struct PickleValue {
    enum class Kind : uint8_t {
        none,
        boolean,     // number
        integer,     // number
        real,        // real
        string,      // text
        tuple,       // items
        list,        // items
        dict,        // items: key, value, key, value, ...
        global,      // text: the module, a newline, the name
        call,        // callee, argument (a tuple); items as of a dict, where it was filled like one
        persistent,  // argument
    };
    static constexpr uint32_t absent = 0xFFFFFFFF;

    Kind kind = Kind::none;
    int64_t number = 0;
    double real = 0;
    std::string_view text;        // a view of the pickle
    std::vector<uint32_t> items;  // indices of values
    uint32_t callee = absent;
    uint32_t argument = absent;
    uint32_t state = absent;  // what BUILD gave to a call's result
};

/// The values of a pickle. They can refer to each other in circles: whoever walks them must bound
/// the walk.
struct Pickle {
    std::vector<PickleValue> values;
    uint32_t root = 0;

    const PickleValue& operator[](uint32_t index) const { return values[index]; }
};

/// Reads a pickle of protocol 2 made of the opcodes that `torch.save` writes. Takes time and memory
/// in proportion to its size. `bytes` must outlive the result.
///
/// Throws UserErrors that begin with `where`.
/// Errors: pickle.size, pickle.truncated, pickle.protocol, pickle.opcode, pickle.stack,
/// pickle.memo, pickle.type, pickle.utf8, pickle.integer, pickle.trailing_bytes. Source: the table
/// of opcodes in CPython's Lib/pickletools.py.
Pickle read_pickle(std::span<const std::byte> bytes, std::string_view where);

}  // namespace lithe
