// Runs a filter over a stream block by block, as audio callbacks do: its memory goes on, and runs
// allocate nothing, also beside one who reads the state.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <new>

#include "stream.h"

namespace {
std::atomic<int64_t> allocations{0};

void* allocated(size_t alignment, size_t size) {
    ++allocations;
    if (void* memory = std::aligned_alloc(alignment, (size / alignment + 1) * alignment))
        return memory;
    throw std::bad_alloc();
}
}  // namespace

void* operator new(size_t size) { return allocated(16, size); }
void* operator new(size_t size, std::align_val_t by) {
    return allocated(static_cast<size_t>(by), size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }

int main() {
    constexpr int64_t size = 64, count = 12;
    lithe_models::Stream model(STREAM_WEIGHTS);
    lithe::Session session(model);
    float in[size], out[size];
    const lithe::ConstTensorView inputs[] = {{in, lithe::DType::f32, {size}}};
    const lithe::TensorView outputs[] = {{out, lithe::DType::f32, {size}}};
    lithe::StateDict seen;
    int wrong = 0;
    for (int64_t block = 0; block < count; ++block) {
        for (int64_t i = 0; i < size; ++i) in[i] = static_cast<float>(block * size + i + 1);
        const int64_t before = allocations;
        session.run(inputs, outputs);
        const int64_t made = allocations - before;
        if (block == 5) seen = model.state_dict();
        // What was seen stays as it is, so the two runs after it need memory of their own.
        const bool may_allocate = block < 3 || block == 6 || block == 7;
        if (made != 0 && !may_allocate) {
            std::printf("block %d allocates %d times\n", static_cast<int>(block),
                        static_cast<int>(made));
            ++wrong;
        }
        for (int64_t i = 0; i < size; ++i) {
            const float echo = block == 0 && i < 4 ? 0 : in[i] - 4;
            wrong += out[i] != in[i] + echo;
        }
    }
    const auto sum = [](int64_t blocks) {
        return static_cast<float>(blocks * size * (blocks * size + 1) / 2);
    };
    wrong += *seen["total"].as<float>() != sum(6) || seen["past"].as<float>()[3] != 6 * size;
    const lithe::StateDict last = model.state_dict();
    wrong += *last["total"].as<float>() != sum(count);
    return wrong;
}
