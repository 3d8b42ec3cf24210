#include "runtime/host_tensor.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <cstdint>
#include <new>

namespace lithe {
namespace {

constexpr std::align_val_t alignment{64};

/// Asks for large pages where memory holds some: a fault for every 4 KB takes longer than filling
/// them. Nothing depends on the answer.
void ask_for_large_pages([[maybe_unused]] std::byte* memory, [[maybe_unused]] size_t size_bytes) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    constexpr uintptr_t page = 2 << 20;
    const auto begin = (reinterpret_cast<uintptr_t>(memory) + page - 1) / page * page;
    const auto end = (reinterpret_cast<uintptr_t>(memory) + size_bytes) / page * page;
    if (begin < end) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
#endif
}

}  // namespace

AlignedMemory::AlignedMemory(size_t size_bytes)
    : memory_(static_cast<std::byte*>(::operator new(size_bytes + 2 * margin_bytes, alignment))),
      size_bytes_(size_bytes) {
    ask_for_large_pages(memory_.get(), size_bytes + 2 * margin_bytes);
}

void AlignedMemory::Release::operator()(std::byte* memory) const {
    ::operator delete(memory, alignment);
}

HostTensor::HostTensor(DType dtype, std::vector<int64_t> shape)
    : memory_(static_cast<size_t>(size_bytes(dtype, shape))),
      view_{memory_.data(), dtype, std::move(shape)} {}

}  // namespace lithe
