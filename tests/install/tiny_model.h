// A model of a project of its own, compiled by lithe_add_model.
#pragma once
#include <lithe/lithe.h>

namespace tiny {

struct BlockImpl : lithe::nn::Module {
    explicit BlockImpl(int64_t width) : fc(width, width) {}
    lithe::nn::Linear fc;
    lithe::Tensor forward(lithe::Tensor x) { return x + lithe::relu(fc(x)); }
};
LITHE_MODULE(Block);

struct NetImpl : lithe::nn::Module {
    lithe::nn::Linear in{16, 8}, out{8, 3};
    std::vector<Block> blocks{Block(8), Block(8)};
    lithe::Tensor forward(lithe::Tensor x) {
        x = lithe::relu(in(x));
        for (Block& block : blocks) x = block(x);
        return out(x);
    }
};
LITHE_MODULE(Net);

}  // namespace tiny
