// Which cache what is asked for ahead comes into: Halide has one instruction for all.
#include <llvm-c/Disassembler.h>
#include <llvm-c/Target.h>
#include <llvm/Object/ObjectFile.h>
#include <llvm/Support/MemoryBuffer.h>

#include <memory>
#include <mutex>
#include <string_view>

#include "compiler/lower/object.h"
#include "runtime/error.h"

namespace lithe::lower {
namespace {

using Disassembler = std::unique_ptr<void, decltype(&LLVMDisasmDispose)>;

Disassembler make_disassembler() {
    static std::once_flag once;
    std::call_once(once, [] {
        LLVMInitializeX86TargetInfo();
        LLVMInitializeX86TargetMC();
        LLVMInitializeX86Disassembler();
    });
    return {LLVMCreateDisasm("x86_64-unknown-linux-gnu", nullptr, 0, nullptr, nullptr),
            LLVMDisasmDispose};
}

/// The byte behind 0F 18 that says what is asked for, and where to.
size_t operand_byte(std::string_view instruction) {
    const size_t code = instruction.find("\x0F\x18");
    LITHE_ASSERT(code != std::string_view::npos);
    return code + 2;
}

/// Changes the prefetches in `code`, which nothing but instructions is in.
void change(void* disassembler, char* code, size_t size) {
    constexpr char into_second = 2 << 3;  // prefetcht1, where 0 is prefetchnta
    char text[128];
    for (size_t at = 0; at < size;) {
        auto* bytes = reinterpret_cast<uint8_t*>(code + at);
        const size_t length =
            LLVMDisasmInstruction(disassembler, bytes, size - at, at, text, sizeof text);
        if (length == 0) return;  // unknown: what is behind it may be cut wrongly
        if (std::string_view(text).find("prefetchnta") != std::string_view::npos)
            code[at + operand_byte({code + at, length})] |= into_second;
        at += length;
    }
}

}  // namespace

std::string prefetch_into_second_cache(std::string object) {
    auto file =
        llvm::object::ObjectFile::createObjectFile(llvm::MemoryBufferRef(object, "kernel.o"));
    if (!file) {
        throw InternalError("lower.object",
                            "lower: cannot read an object: " + llvm::toString(file.takeError()));
    }
    const Disassembler disassembler = make_disassembler();
    if (!disassembler) return object;
    for (const llvm::object::SectionRef& section : (*file)->sections()) {
        auto code = section.getContents();
        if (!code) {
            llvm::consumeError(code.takeError());
            continue;
        }
        if (section.isText())
            change(disassembler.get(), object.data() + (code->data() - object.data()),
                   code->size());
    }
    return object;
}

std::string prefetch_text_into_second_cache(std::string assembly) {
    constexpr std::string_view from = "prefetchnta", to = "prefetcht1";
    for (size_t at = 0; (at = assembly.find(from, at)) != std::string::npos; at += to.size())
        assembly.replace(at, from.size(), to);
    return assembly;
}

}  // namespace lithe::lower
