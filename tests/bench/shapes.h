/*
 * What the generated records look like, as template.h tells how to read it.
 */
#ifndef SHAPES_H
#define SHAPES_H

static const char user_template[] =
    "{'id':%a,'uid':'%u','password':'%H%5','first_name':'%F',"
    "'last_name':'%L','username':'%H.%A','email':'%H.%A%3@%D',"
    "'avatar':'https://example.com/avatars/%h.png?size=300x300',"
    "'gender':'%G','phone_number':'+%2 %3-%3-%4','date_of_birth':'%d',"
    "'balance':%m,'verified':%b,'referrer':%n,"
    "'employment':{'title':'%E','key_skill':'%A %H','since':'%d'},"
    "'address':{'city':'%C','street_name':'%R','street_address':'%3 %R',"
    "'zip_code':'%5','state':'%C','country':'%C',"
    "'coordinates':{'lat':%c,'lng':%c}},"
    "'credit_card':{'cc_number':'%4-%4-%4-%4','limit':%m},"
    "'subscription':{'plan':'%P','status':'%S','payment_method':'%A',"
    "'price':%m,'renewed_at':'%t'},'about':'%T %T'}";

static const char product_template[] =
    "{'id':%a,'sku':'%A-%H-%4','name':'%A %H %2','brand':'%B','color':'%A',"
    "'price':%m,'currency':'EUR','stock':%3,'rating':%r,'active':%b,"
    "'released_at':'%t','updated_at':'%t',"
    "'url':'https://example.com/products/%H-%A-%H-%7','description':'%T'}";

static const char order_template[] =
    "{'id':%a,'closed_at':null,'created_at':'%t','updated_at':'%t',"
    "'number':%4,'note':'%T','token':'%h','gateway':'%A_pay','test':false,"
    "'total_price':'%m','subtotal_price':'%m','total_weight':%4,"
    "'total_tax':'%m','taxes_included':%b,'currency':'EUR',"
    "'financial_status':'%S','confirmed':%b,'total_discounts':'%m',"
    "'total_line_items_price':'%m','cart_token':'%h',"
    "'buyer_accepts_marketing':%b,'name':'#%4',"
    "'referring_site':'https://%D/%H','landing_site':'/%A?source=%H',"
    "'cancelled_at':null,'cancel_reason':null,'total_price_usd':'%m',"
    "'checkout_token':'%h','reference':'%H%3','user_id':%n,"
    "'location_id':%n,'source_identifier':'%H%3','source_url':null,"
    "'processed_at':'%t','device_id':null,'app_id':%6,"
    "'browser_ip':'192.0.2.%2','landing_site_ref':'%H','order_number':%4,"
    "'processing_method':'direct','checkout_id':%i,'source_name':'web',"
    "'fulfillment_status':null,'tags':'%A, %H','contact_email':'%H@%D',"
    "'order_status_url':'https://example.com/orders/%h',"
    "'customer':{'id':%i,'first_name':'%F','last_name':'%L',"
    "'default_address':{'address1':'%R %2','city':'%C','zip':'%5'}},"
    "'discount_codes':[{'code':'%A%2','amount':'%m'}],'line_items':[";

static const char item_template[] =
    "{'id':%i,'variant_id':%i,'product_id':%i,'title':'%A %H',"
    "'quantity':%1,'sku':'%A-%H-%4','vendor':'%B','price':'%m',"
    "'grams':%3,'tax_rate':%r,'taxable':%b,'requires_shipping':%b,"
    "'fulfillment_service':'manual','total_discount':'%m',"
    "'properties':[{'name':'engraving','value':'%T'}]}";

#endif
