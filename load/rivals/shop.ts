import mongoose, { Schema } from 'mongoose';

interface ShopProduct {
  _id: string;
  name: string;
  price: number;
  stock: number;
}

interface ShopOrder {
  productId: string;
  customerId: string;
  quantity: number;
  total: number;
  createdAt: Date;
}

/** The two collections that the MongoDB rivals share, on mongoose's default settings as everyone uses them. */
export const connectShop = async (uri: string) => {
  await mongoose.connect(uri);
  const Product = mongoose.model(
    'Product',
    new Schema<ShopProduct>({
      _id: { type: String, required: true },
      name: { type: String, required: true },
      price: { type: Number, required: true },
      stock: { type: Number, required: true, min: 0 },
    }),
  );
  const Order = mongoose.model(
    'Order',
    new Schema<ShopOrder>({
      productId: { type: String, required: true, index: true },
      customerId: { type: String, required: true },
      quantity: { type: Number, required: true },
      total: { type: Number, required: true },
      createdAt: { type: Date, default: Date.now },
    }),
  );
  await Promise.all([Product.init(), Order.init()]);
  return { Product, Order, close: () => mongoose.disconnect() };
};

/** The quantity that a purchase's body asks for, 1 when it does not say; null when it is no sane quantity. */
export const quantityOf = (body: unknown): number | null => {
  const { quantity = 1 } = (body ?? {}) as { quantity?: unknown };
  return typeof quantity === 'number' && Number.isInteger(quantity) && quantity > 0 ? quantity : null;
};
