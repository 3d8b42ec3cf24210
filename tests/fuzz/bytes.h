#pragma once

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "runtime/error.h"

// What the fuzz programs of file formats share. Such a program defines `corpus` and `try_bytes`,
// and ends in LITHE_FUZZ_MAIN. Alone it runs a fixed seed and a bounded count, or those that are
// its arguments; built with clang's -fsanitize=fuzzer it takes its input from libFuzzer.
namespace lithe::fuzz {

/// Good files to start from.
std::vector<std::string> corpus();

/// Reads the bytes. Throws UserError for what is not a good file; anything else that it throws is a
/// finding.
void try_bytes(std::span<const std::byte> bytes);

/// Fails the run unless the condition holds.
inline void require(bool condition, const char* what) {
    if (!condition) throw InternalError("fuzz", what);
}

/// A file with a few changes: bits, numbers that are often special, cuts, repeated and moved parts.
inline std::string damaged(std::string bytes, std::mt19937_64& random) {
    constexpr uint64_t numbers[] = {
        0, 1, 0x7F, 0xFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, ~uint64_t{0} >> 1, ~uint64_t{0}};
    const auto below = [&](size_t bound) { return static_cast<size_t>(random() % bound); };
    for (size_t changes = 1 + below(4); changes > 0; --changes) {
        const size_t at = below(bytes.size() + 1);
        const size_t size = std::min(below(16), bytes.size() - at);
        const std::string part = bytes.substr(at, size);
        switch (below(6)) {
            case 0:
                bytes.erase(at, size);
                break;
            case 1:
                bytes.insert(below(bytes.size() + 1), part);
                break;
            case 2:
                bytes.replace(below(bytes.size() + 1), size, part);
                break;
            case 3:
                bytes.resize(below(8) == 0 ? at : bytes.size());
                break;
            case 4: {
                const uint64_t number = numbers[below(std::size(numbers))];
                const size_t width = size_t{1} << below(4);
                bytes.replace(at, width, reinterpret_cast<const char*>(&number), width);
                break;
            }
            default:
                if (at < bytes.size()) bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
        }
    }
    return bytes;
}

/// Tries one input in memory of just its size; false after a finding.
inline bool try_one(const std::string& text, size_t& good) {
    const std::vector<std::byte> bytes(
        reinterpret_cast<const std::byte*>(text.data()),
        reinterpret_cast<const std::byte*>(text.data()) + text.size());
    try {
        try_bytes(bytes);
        ++good;
    } catch (const UserError&) {
        return true;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return false;
    }
    return true;
}

inline int run(int argc, char** argv) {
    const uint64_t seed = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1;
    const uint64_t count = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 100'000;
    const std::vector<std::string> files = corpus();
    size_t good = 0;
    for (const std::string& file : files) {
        if (!try_one(file, good)) return 1;
    }
    if (good != files.size()) {
        std::fprintf(stderr, "a file of the corpus is refused\n");
        return 1;
    }
    for (uint64_t i = 0; i < count; ++i) {
        std::mt19937_64 random(seed + i);
        if (!try_one(damaged(files[random() % files.size()], random), good)) {
            std::fprintf(stderr, "found by: %s %llu 1\n", argv[0],
                         static_cast<unsigned long long>(seed + i));
            return 1;
        }
    }
    std::printf("%llu inputs from seed %llu, %zu of them good\n",
                static_cast<unsigned long long>(count), static_cast<unsigned long long>(seed),
                good - files.size());
    return 0;
}

}  // namespace lithe::fuzz

#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION  // defined by -fsanitize=fuzzer
#define LITHE_FUZZ_MAIN                                                               \
    extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {         \
        try {                                                                         \
            lithe::fuzz::try_bytes({reinterpret_cast<const std::byte*>(data), size}); \
        } catch (const lithe::UserError&) {                                           \
        }                                                                             \
        return 0;                                                                     \
    }
#else
#define LITHE_FUZZ_MAIN \
    int main(int argc, char** argv) { return lithe::fuzz::run(argc, argv); }
#endif
